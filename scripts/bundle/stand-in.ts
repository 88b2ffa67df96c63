import { REPLACED } from './left-out';

/** Name of the module with what makes stand-ins, which goes into a bundle once. */
export const STAND_INS = 'stand-ins';

/** Its source. */
export const STAND_INS_SOURCE = `
module.exports = function standIn(path) {
  const fail = () => {
    throw new Error(path + ' is not in this bundle: take it off LEFT_OUT in scripts/bundle/left-out.ts, and build again');
  };
  const target = function () {}.bind();
  delete target.length;
  delete target.name;
  return new Proxy(target, {
    apply: fail,
    construct: fail,
    get(own, key) {
      if (key === '__esModule') return true;
      if (key === 'prototype') return {};
      return typeof key === 'symbol' ? own[key] : standIn(path + '.' + key);
    },
  });
};`;

/**
 * The source of what replaces a module, named by its package and what that requires. It can be imported, taken
 * apart, merged and extended as packages do while they are loaded; a call throws an Error that names it.
 */
export function standInFor(name: string): string {
  const made = `require('${STAND_INS}')(${JSON.stringify(name)})`;
  const kind = REPLACED[name];
  switch (kind) {
    case undefined:
      return `module.exports = ${made};`;
    case 'factory':
      return `module.exports = () => ${made};`;
    case 'empty':
      return 'module.exports = {};';
    case 'silent':
      return 'module.exports = () => () => {};';
    case 'weak-map':
      return 'module.exports = () => new WeakMap();';
    case 'no-types':
      return 'exports.getType = () => null;';
    case 'no-writer':
      return "exports.configure = () => () => { throw new TypeError('no JSON'); };";
    default:
      return kind satisfies never;
  }
}
