import { REPLACED } from './left-out';

/** A function of its own, because its text is what goes into the bundles. */
const STAND_IN = `
function standIn(path) {
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
}`;

/**
 * The source of what replaces a module, named by its package and what that requires. It can be imported, taken
 * apart, merged and extended as packages do while they are loaded; a call throws an Error that names it.
 */
export function standInFor(name: string): string {
  const made = `standIn(${JSON.stringify(name)})`;
  const kind = REPLACED[name];
  switch (kind) {
    case undefined:
      return `${STAND_IN}\nmodule.exports = ${made};`;
    case 'factory':
      return `${STAND_IN}\nmodule.exports = () => ${made};`;
    case 'empty':
      return 'module.exports = {};';
    case 'silent':
      return 'module.exports = () => () => {};';
    default:
      return kind satisfies never;
  }
}
