import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The rules by name, as the configuration states them. */
const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: readonly { name: string; comment: string }[];
};

/** Sources that follow every rule. */
const clean: Readonly<Record<string, string>> = {
  'packages/sdk/src/index.ts': `import type {} from './protocol/index.ts';\nexport const a = 1;`,
  'packages/sdk/src/protocol/index.ts': `import * as z from 'zod';\nexport const b = z;`,
  'packages/sdk/src/one.ts': `export const o = 1;`,
  'packages/sdk/src/two.ts': `import './one.ts';`,
  'packages/sdk/test/helper.ts': `export const h = 1;`,
  'packages/widget/src/index.ts': `import { a } from '@ide-assistant/sdk';\nexport const c = a;`,
  'packages/server-kit/src/errors.ts': `export const d = 1;`,
  'packages/server-kit/src/index.ts': `export * from './kit.ts';`,
  'packages/server-kit/src/kit.ts': `import './transport/index.ts';`,
  'packages/server-kit/src/transport/index.ts': `import 'ws';\nimport '../session/index.ts';`,
  'packages/server-kit/src/session/index.ts': `import '../pipeline/index.ts';`,
  'packages/server-kit/src/pipeline/index.ts': `import '../operations/index.ts';`,
  'packages/server-kit/src/operations/index.ts': `import '../storage/index.ts';\nimport '../errors.ts';`,
  'packages/server-kit/src/storage/index.ts': `import { b } from '@ide-assistant/sdk/protocol';\nimport type {} from '../hunter/index.ts';\nexport const e = b;`,
  'packages/server-kit/src/hunter/index.ts': `import { readFile } from 'node:fs/promises';\nexport const f = readFile;`,
};

/** For each rule a file that breaks it, and its text. */
const planted: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'no-runtime-cycles': ['packages/sdk/src/one.ts', `import './two.ts';`],
  'protocol-imports-nothing-of-ours': [
    'packages/sdk/src/protocol/client.ts',
    `import type {} from '../index.ts';`,
  ],
  'client-imports-protocol-types-only': [
    'packages/sdk/src/schemas.ts',
    `import { b } from './protocol/index.ts';\nexport const x = b;`,
  ],
  'client-has-no-dependencies': ['packages/sdk/src/dependency.ts', `import 'ws';`],
  'client-stands-without-its-extras': ['packages/sdk/src/extra.ts', `import './react.ts';`],
  'react-binding-knows-react-alone': ['packages/sdk/src/react.ts', `import 'ws';`],
  'vue-binding-knows-vue-alone': ['packages/sdk/src/vue.ts', `import 'ws';`],
  'svelte-binding-knows-svelte-alone': ['packages/sdk/src/svelte.ts', `import 'ws';`],
  'browser-packages-have-no-node-builtins': ['packages/widget/src/node.ts', `import 'node:fs';`],
  'sdk-imports-no-other-package-of-ours': [
    'packages/sdk/src/widget.ts',
    `import '../../widget/src/index.ts';`,
  ],
  'widget-imports-the-client-alone': [
    'packages/widget/src/schemas.ts',
    `import { b } from '@ide-assistant/sdk/protocol';\nexport const x = b;`,
  ],
  'server-kit-imports-the-protocol-alone': [
    'packages/server-kit/src/hosts/client.ts',
    `import { a } from '@ide-assistant/sdk';\nexport const x = a;`,
  ],
  'transport-never-import-upwards': [
    'packages/server-kit/src/transport/up.ts',
    `import type {} from '../kit.ts';`,
  ],
  'session-never-import-upwards': [
    'packages/server-kit/src/session/up.ts',
    `import '../transport/index.ts';`,
  ],
  'pipeline-never-import-upwards': [
    'packages/server-kit/src/pipeline/up.ts',
    `import '../session/index.ts';`,
  ],
  'operations-never-import-upwards': [
    'packages/server-kit/src/operations/up.ts',
    `import type {} from '../pipeline/index.ts';`,
  ],
  'parts-never-import-upwards': [
    'packages/server-kit/src/hunter/up.ts',
    `import '../operations/index.ts';`,
  ],
  'shared-files-are-leaves': ['packages/server-kit/src/limits.ts', `import './storage/index.ts';`],
  'parts-know-each-other-by-type': [
    'packages/server-kit/src/hunter/sideways.ts',
    `import '../storage/index.ts';`,
  ],
  'one-home-of-ws': ['packages/server-kit/src/session/socket.ts', `import 'ws';`],
  'tests-and-tools-stay-outside': ['packages/sdk/src/tested.ts', `import '../test/helper.ts';`],
  'no-development-dependency-at-run-time': ['packages/widget/src/socket.ts', `import 'ws';`],
  'examples-use-the-public-entries': [
    'examples/demo/inside.ts',
    `import '../../packages/server-kit/src/kit.ts';`,
  ],
  'imports-resolve': ['packages/sdk/src/lost.ts', `import './nowhere.ts';`],
};

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'ide-assistant-imports-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.base.json']) {
    copyFileSync(join(root, file), join(project, file));
  }
  write('package.json', '{ "type": "module" }');
  write('examples/demo/package.json', '{ "type": "module" }');
  writePackage('packages/sdk', { dependencies: { zod: '*' } }, [
    ['.', './src/index.ts'],
    ['./protocol', './src/protocol/index.ts'],
  ]);
  writePackage('packages/widget', { devDependencies: { ws: '*' } }, [['.', './src/index.ts']]);
  writePackage('packages/server-kit', { dependencies: { ws: '*' } }, [['.', './src/index.ts']]);
  for (const name of ['ws', 'zod']) {
    writePackage(`node_modules/${name}`, {}, [['.', './index.js']]);
    write(`node_modules/${name}/index.js`, '');
  }
  mkdirSync(join(project, 'node_modules/@ide-assistant'));
  symlinkSync('../../packages/sdk', join(project, 'node_modules/@ide-assistant/sdk'));
  for (const [file, text] of Object.entries(clean)) write(file, text);
  return () => rmSync(project, { recursive: true });
});

test('passes a tree that follows every rule, and finds what breaks each one', async () => {
  expect(await violations()).toEqual([]);

  for (const [file, text] of Object.values(planted)) write(file, text);
  const found = await violations();
  for (const [rule, [file]] of Object.entries(planted)) {
    expect(found).toContain(`${rule}: ${file}`);
  }
});

test('has a planted violation for every kind of rule, and a reason for each', () => {
  const kinds = config.forbidden.map(({ name }) =>
    name.startsWith('one-home-of-') ? 'one-home-of-ws' : name,
  );
  expect(new Set(kinds)).toEqual(new Set(Object.keys(planted)));
  expect(config.forbidden.filter(({ comment }) => comment.length < 40)).toEqual([]);
});

/** Runs the configuration over the project: `rule: file that breaks it`. */
async function violations(): Promise<string[]> {
  const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [bin, 'packages', 'examples', '--config', '.dependency-cruiser.cjs'];
  const { stdout } = await run(process.execPath, [...args, '--output-type', 'json'], {
    cwd: project,
    maxBuffer: 16 * 1024 * 1024,
  });
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: readonly { rule: { name: string }; from: string }[] };
  };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), text);
}

function writePackage(
  folder: string,
  manifest: object,
  entries: readonly (readonly [string, string])[],
): void {
  const exports = Object.fromEntries(
    entries.map(([entry, file]) => [entry, { 'ide-assistant-source': file, default: file }]),
  );
  write(`${folder}/package.json`, JSON.stringify({ type: 'module', ...manifest, exports }));
}
