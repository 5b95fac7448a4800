import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quickJs } from '../../src/sandbox/index.ts';
import { driverSuite } from './driver-suite.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

driverSuite(quickJs(), { stdin: false, missing: ['python', 'bash'] });

describe('QuickJS', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    opened = await openSandbox(quickJs());
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());

  const print = async (expression: string): Promise<string> =>
    (await opened.run('javascript', `console.log(${expression})`)).stdout.trimEnd();

  test.each([
    ['{ a: [1, "x", null], b: { c: undefined } }', '{ a: [1, "x", null], b: { c: undefined } }'],
    ['new Map([["k", new Set([1])]])', 'Map(1) {"k" => Set(1) {1}}'],
    ['(() => { const a = {}; a.self = a; return a })()', '{ self: [Circular] }'],
    ['[function named() {}, 1n, Symbol("s"), -0]', '[[Function: named], 1n, Symbol(s), -0]'],
    ['new (class Point { x = 1 })()', 'Point { x: 1 }'],
  ])('prints %s', async (expression, printed) => {
    expect(await print(expression)).toBe(printed);
  });

  test.each([
    'require',
    'WebAssembly',
    'fetch',
    'Buffer',
    'globalThis.host',
    'process.binding',
    'process.getBuiltinModule',
  ])('shows a program nothing of the host: %s', async (name) => {
    expect(await print(`typeof ${name}`)).toBe('undefined');
  });

  test('does not hand out the host by the constructor of a function', async () => {
    expect(await print('console.log.constructor("return typeof require")()')).toBe('undefined');
  });

  test('refuses imports', async () => {
    const outcome = await opened.run('javascript', 'import "node:fs"');
    expect(outcome).toMatchObject({ exitCode: 1 });
    expect(outcome.stderr).toContain('no files and no packages');
  });

  test.each([
    ['array buffers', 'held.push(new Uint8Array(1 << 20))'],
    ['small objects', 'held.push({})'],
    ['one array', 'held.length += 1 << 20; held.fill(0.5)'],
  ])('holds %s to the memory limit', async (_, code) => {
    const limits = { memoryBytes: 33_554_432 };
    const outcome = await opened.run('javascript', `const held = []; for (;;) { ${code} }`, {
      limits,
    });
    expect(outcome).toMatchObject({ reason: 'memory-limit' });
  });

  test('does not take a thrown null for a lack of memory', async () => {
    const outcome = await opened.run('javascript', 'throw null');
    expect(outcome).toMatchObject({ stderr: 'Uncaught null\n', exitCode: 1, reason: 'exit' });
  });

  test('survives recursion without end', async () => {
    const outcome = await opened.run('javascript', 'const f = () => f() + 1; f()');
    expect(outcome).toMatchObject({ exitCode: 1, reason: 'exit' });
    expect(outcome.stderr).toMatch(/stack/);
  });

  test('ends a program that catches everything at its exit', async () => {
    const code = 'for (;;) { try { process.exit(7) } catch {} finally { console.log("again") } }';
    expect(await opened.run('javascript', code)).toMatchObject({ exitCode: 7, stdout: '' });
  });

  test('repeats an interval until it is cleared', async () => {
    const code =
      'let n = 0; const id = setInterval(() => { console.log(++n); if (n === 3) clearInterval(id) }, 1)';
    expect(await opened.run('javascript', code)).toMatchObject({ stdout: '1\n2\n3\n' });
  });

  test('says that isolation is by WebAssembly and that there is no shell', async () => {
    const probe = await quickJs({ fix: 'do this' }).probe();
    expect(probe).toMatchObject({
      usable: true,
      capabilities: {
        isolation: 'wasm',
        shell: false,
        languages: ['javascript', 'typescript'],
        fix: 'do this',
      },
    });
  });
});
