import { keepClasses, keepMethods, keepModels, modelsIn, replaceMethods } from './generated-code';

const client = (...members: string[]) => ({
  path: 'sdk/dist/client.js',
  source: [
    '"use strict";',
    'const $_model = __importStar(require("./models/model"));',
    'class Client extends core_1.default {',
    ...members,
    '}',
    'exports.default = Client;',
  ].join('\n'),
});

const member = (head: string, ...lines: string[]) =>
  ['    /**', '     * What it does.', '     */', `    ${head} {`, ...lines, '    }'].join('\n');

const CLIENT = client(
  member('constructor(config)', '        this._endpoint = this.getEndpoint(config);'),
  member('getEndpoint(config)', '        if (config) {', '            return 1;', '        }'),
  member('async readWithOptions(request)', '        return new $_model.ReadResponse({});'),
  member('async read(request)', '        return await this.readWithOptions(request);'),
  member('async remove(request)', '        return new $_model.RemoveResponse({});'),
);

describe('pruning generated code', () => {
  it('keeps the constructor, the methods named, and what they call', () => {
    const kept = keepMethods(CLIENT, ['read']);

    expect(kept.match(/^ {4}(?:async )?\w+(?=\()/gm)).toEqual([
      '    constructor',
      '    getEndpoint',
      '    async readWithOptions',
      '    async read',
    ]);
    expect(kept).toContain('exports.default = Client;');
    expect(modelsIn(kept)).toEqual(['ReadResponse']);
  });

  it('keeps static methods that are called by the name of the class', () => {
    const called = client(
      member('constructor(config)', '        this._endpoint = Client.first(config);'),
      member('static first(one)', '        return one;'),
      member('static second(one)', '        return one;'),
    );
    const kept = keepMethods(called, []);
    expect(kept).toContain('static first(one)');
    expect(kept).not.toContain('static second(one)');
  });

  it('puts methods that throw in the place of others', () => {
    const replaced = replaceMethods(CLIENT, ['remove']);
    expect(replaced).toContain('return await this.readWithOptions(request);');
    expect(replaced).not.toContain('RemoveResponse');
    expect(replaced).toContain(
      "throw new Error('remove is not in this bundle: see scripts/bundle');",
    );
    expect(() => replaceMethods(CLIENT, ['write'])).toThrow('its Client has no method write');
  });

  it('refuses a client without a method that is named', () => {
    expect(() => keepMethods(CLIENT, ['write'])).toThrow(
      'sdk/dist/client.js cannot be pruned: its Client has no method write',
    );
  });

  it('refuses a client that is written otherwise', () => {
    const changed = client(member('constructor(config)'), '    static version = "8";');

    expect(() => keepMethods(changed, [])).toThrow('its Client holds "static version = "8";"');
    expect(() => keepMethods({ path: 'a.js', source: 'var Client = 1;' }, [])).toThrow(
      'a.js cannot be pruned: there is no class Client',
    );
  });

  it('keeps classes with the classes and the modules that they mention', () => {
    const source = [
      '"use strict";',
      'exports.Config = exports.Params = void 0;',
      'const util_1 = __importDefault(require("util"));',
      'const $tea = __importStar(require("tea"));',
      'class Base extends $tea.Model {',
      '}',
      'class Config extends Base {',
      '}',
      'exports.Config = Config;',
      'class Client {',
      '    call() { return util_1.default(); }',
      '}',
      'exports.default = Client;',
      '//# sourceMappingURL=client.js.map',
    ].join('\n');

    const kept = keepClasses({ path: 'sdk/dist/client.js', source }, ['Config']);

    expect(kept).toContain('require("tea")');
    expect(kept).toContain('class Base');
    expect(kept).toContain('exports.Config = Config;');
    expect(kept).not.toContain('require("util")');
    expect(kept).not.toMatch(/\bClient\b/);
    const whole = keepClasses({ path: 'sdk/dist/client.js', source }, ['default']);
    expect(whole).toContain('require("util")');
    expect(whole).toContain('exports.default = Client;');
    expect(whole).not.toContain('class Config');
    expect(() => keepClasses({ path: 'a.js', source }, ['Request'])).toThrow(
      'a.js cannot be pruned: it declares no Request',
    );
  });

  it('keeps the models that are named', () => {
    const entry = (name: string, number: number) => [
      `var ${name}_${number} = require("./${name}");`,
      `Object.defineProperty(exports, "${name}", { enumerable: true, get: function () { return ${name}_${number}.${name}; } });`,
    ];
    const module = {
      path: 'sdk/dist/models/model.js',
      source: [...entry('ReadRequest', 1), ...entry('ReadResponse', 3)].join('\n'),
    };

    const kept = keepModels(module, ['ReadResponse']);

    expect(kept).toContain('exports.ReadResponse = require("./ReadResponse").ReadResponse;');
    expect(kept).not.toContain('ReadRequest');
    expect(() => keepModels(module, ['WriteRequest'])).toThrow('it exports no WriteRequest');
  });
});
