import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'esbuild';
import { BuildError } from './build-error';
import {
  type GeneratedModule,
  keepClasses,
  keepMethods,
  keepModels,
  modelsIn,
  replaceMethods,
} from './generated-code';
import { LEFT_OUT } from './left-out';
import { importedNames } from './sdk-imports';
import { STAND_INS, STAND_INS_SOURCE, standInFor } from './stand-in';

/** SDKs of which a client's methods and models are kept as far as the product calls them. */
const CLIENTS = ['@alicloud/ecs20140526', '@alicloud/fc20230330'];
/** What those clients have in common. */
const CORE = '@alicloud/openapi-core';
/** Its ways to send a request by signatures that no configuration here asks for, and as a stream of events. */
const CORE_LEFT_OUT = [
  'doRPCRequest',
  'doROARequest',
  'doROARequestWithForm',
  'execute',
  'callSSEApi',
];
/** A module of classes, of which those are kept that the product imports. */
const CLASSES = '@alicloud/openapi-client';
/** Of its class `Client`, which is none of an API's own, those methods are kept that the product calls. */
const CLASSES_METHODS = ['doRequest'];

/**
 * Bundles of the SDKs only what the product calls, by what its source files import: `XRequest` keeps the
 * methods `x` and `xWithOptions` and their models; of what the clients have in common, what these come to. The build fails with a BuildError's message if an SDK is
 * not written as expected.
 */
export function pruneSdks(project: string): Plugin {
  // The bundler names files by their real paths, also where the folder is a link.
  const modules = realpathSync(join(project, 'node_modules'));
  const rooms = [join(project, 'functions'), join(project, 'shared')];
  return {
    name: 'prune-sdks',
    setup(build) {
      for (const name of CLIENTS) {
        const client = join(modules, name, 'dist', 'client.js');
        const models = join(modules, name, 'dist', 'models', 'model.js');
        const read = async () => {
          const names = await importedNames(name, rooms);
          const used = [...names].filter((each) => each !== 'default');
          const source = keepMethods(await load(client, modules), used.flatMap(methodsOf));
          return { used, source };
        };
        build.onLoad({ filter: exactly(client) }, async () => ({
          contents: (await read()).source,
        }));
        build.onLoad({ filter: exactly(models) }, async () => {
          const { used, source } = await read();
          return {
            contents: keepModels(await load(models, modules), [...used, ...modelsIn(source)]),
          };
        });
      }
      const core = join(modules, CORE, 'dist', 'client.js');
      build.onLoad({ filter: exactly(core) }, async () => ({
        contents: replaceMethods(await load(core, modules), CORE_LEFT_OUT),
      }));
      const classes = join(modules, CLASSES, 'dist', 'client.js');
      build.onLoad({ filter: exactly(classes) }, async () => {
        const module = await load(classes, modules);
        const source = keepMethods(module, CLASSES_METHODS);
        const names = await importedNames(CLASSES, rooms);
        return { contents: keepClasses({ ...module, source }, names) };
      });

      build.onLoad({ filter: /[\\/]node_modules[\\/].*[\\/]package\.json$/ }, async ({ path }) => {
        const { name, version } = JSON.parse(await readFile(path, 'utf8'));
        // All else in it would go into the bundle, and packages only tell servers what they are.
        return { contents: JSON.stringify({ name, version }), loader: 'json' };
      });

      const seen = new Map<string, Set<string>>();
      build.onStart(() => seen.clear());
      build.onResolve({ filter: /.*/, namespace: 'file' }, ({ path, importer }) => {
        const packageName = packageOf(importer);
        const absent = packageName === undefined ? undefined : LEFT_OUT[packageName];
        if (packageName === undefined || !absent) return undefined;
        const found = seen.get(packageName) ?? new Set();
        seen.set(packageName, found);
        if (!Object.hasOwn(absent, path)) return undefined;
        found.add(path);
        return { path: `${packageName} ${path}`, namespace: 'left-out' };
      });
      build.onResolve({ filter: exactly(STAND_INS), namespace: 'left-out' }, ({ path }) => ({
        path,
        namespace: 'left-out',
      }));
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: path === STAND_INS ? STAND_INS_SOURCE : standInFor(path),
      }));
      build.onEnd(() => ({
        errors: [...seen].flatMap(([packageName, found]) =>
          Object.keys(LEFT_OUT[packageName] ?? {})
            .filter((path) => !found.has(path))
            .map((path) => ({
              text:
                `${packageName} does not require ${path} any more: look at what it does instead, ` +
                'and correct scripts/bundle/left-out.ts',
            })),
        ),
      }));
    },
  };
}

/** The methods of a client that send a request, such as DescribeRegionsRequest. */
function methodsOf(name: string): string[] {
  const operation = /^(\w+)Request$/.exec(name)?.[1];
  if (operation === undefined) return [];
  const method = operation.charAt(0).toLowerCase() + operation.slice(1);
  return [method, `${method}WithOptions`];
}

async function load(file: string, modules: string): Promise<GeneratedModule> {
  const path = relative(modules, file);
  try {
    return { path, source: await readFile(file, 'utf8') };
  } catch (error) {
    throw new BuildError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** The package that a file is of, if it is of one. */
function packageOf(file: string): string | undefined {
  const parts = file.split(sep);
  const start = parts.lastIndexOf('node_modules') + 1;
  const [first, second] = parts.slice(start);
  if (start === 0 || first === undefined) return undefined;
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function exactly(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
