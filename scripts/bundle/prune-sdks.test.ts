import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { pruneSdks } from './prune-sdks';

const LEFT_OUT_OF_XML2JS = "exports.builder = require('./builder');";

/** Bundles a project of these files, from `functions/index.ts`, and gives what that exports. */
async function bundleProject(files: Readonly<Record<string, string>>): Promise<unknown> {
  const project = await mkdtemp(join(tmpdir(), 'palisade-prune-'));
  try {
    await mkdir(join(project, 'shared'));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), content);
    }
    const outfile = join(project, 'out.js');
    await build({
      absWorkingDir: project,
      entryPoints: [join(project, 'functions', 'index.ts')],
      bundle: true,
      platform: 'node',
      outfile,
      plugins: [pruneSdks(project)],
      logLevel: 'silent',
    });
    return require(outfile);
  } finally {
    await rm(project, { recursive: true });
  }
}

describe('a build that prunes the SDKs', () => {
  it('replaces what is left out by something that loads, and names itself when it is called', async () => {
    const built = await bundleProject({
      'functions/index.ts':
        "import { builder } from 'xml2js';\nexport const call = () => new builder.Builder();",
      'node_modules/xml2js/index.js': LEFT_OUT_OF_XML2JS,
      'node_modules/xml2js/builder.js': "throw new Error('it is here');",
    });

    expect((built as { call: () => void }).call).toThrow(
      'xml2js ./builder.Builder is not in this bundle: take it off LEFT_OUT',
    );
  });

  it('writes queries of nested objects with a WeakMap for what stands in its place', async () => {
    const built = await bundleProject({
      'functions/index.ts': "import qs from 'qs';\nexport const text = qs.write();",
      'node_modules/qs/index.js': `
        const channel = require('side-channel')();
        require('./parse');
        const key = {};
        channel.set(key, 'kept');
        exports.write = () => channel.get(key);`,
      'node_modules/qs/parse.js': "throw new Error('it is here');",
    });

    expect(built).toEqual({ text: 'kept' });
  });

  it('keeps of what a package says of itself its name and version', async () => {
    const built = await bundleProject({
      'functions/index.ts': "export { default as about } from 'told/package.json';",
      'node_modules/told/package.json': '{ "name": "told", "version": "1.2.3", "scripts": {} }',
    });

    expect(built).toEqual({ about: { name: 'told', version: '1.2.3' } });
  });

  it('fails when a package does not require any more what is left out of it', async () => {
    const project = {
      'functions/index.ts': "import 'xml2js';",
      'node_modules/xml2js/index.js': "require('./builders');",
      'node_modules/xml2js/builders.js': '',
    };

    await expect(bundleProject(project)).rejects.toThrow(
      'xml2js does not require ./builder any more',
    );
  });

  it('fails when an SDK has no method for a request that is imported', async () => {
    const project = {
      'functions/index.ts':
        "import Client, { ReadGroupRequest } from '@alicloud/ecs20140526';\nnew Client(ReadGroupRequest);",
      'node_modules/@alicloud/ecs20140526/package.json': '{ "main": "dist/client.js" }',
      'node_modules/@alicloud/ecs20140526/dist/client.js':
        'class Client {\n    constructor() {\n    }\n}\nexports.default = Client;',
    };

    await expect(bundleProject(project)).rejects.toThrow(
      /ecs20140526.dist.client\.js cannot be pruned: its Client has no method readGroupWithOptions/,
    );
  });

  it.each([
    "import * as ecs from '@alicloud/ecs20140526';\nconsole.log(ecs.default);",
    "console.log(require('@alicloud/ecs20140526').default);",
    "import('@alicloud/ecs20140526').then(console.log);",
  ])('fails when an SDK is imported as a whole: %s', async (source) => {
    const project = {
      'functions/index.ts': source,
      'node_modules/@alicloud/ecs20140526/package.json': '{ "main": "dist/client.js" }',
      'node_modules/@alicloud/ecs20140526/dist/client.js': '',
    };

    await expect(bundleProject(project)).rejects.toThrow(
      'imports @alicloud/ecs20140526 as a whole',
    );
  });
});
