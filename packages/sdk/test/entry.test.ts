import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));

const root = fileURLToPath(new URL('..', import.meta.url));

async function bundle(code: string): Promise<{ text: string; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    absWorkingDir: root,
    ...{
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      write: false,
      metafile: true,
    },
    platform: 'browser',
  });
  return { text: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs) };
}

function runInNode(script: string): unknown {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  return JSON.parse(output);
}

describe('the entry', () => {
  it('bundles the client in at most 4.0 KB, compressed', async () => {
    const { text } = await bundle(`export { createClient } from './src/index.ts'`);
    expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(4000);
  });

  it('brings nothing along: no dependency, no builtin, no schema', async () => {
    const { inputs } = await bundle(`export * from './src/index.ts'`);
    expect(
      inputs.filter(
        (path) => path !== '<stdin>' && !/^src\/(?!protocol\/(?!phase-frame))/.test(path),
      ),
    ).toEqual([]);
  });

  it('leaves the editor state out for those who only use the client', async () => {
    const { inputs, text } = await bundle(`export { createClient } from './src/index.ts'`);
    expect(inputs).toContain('src/ide.ts');
    expect(text).not.toContain('file_open');
  });

  it('touches no global and keeps nothing alive, by import or by createClient', () => {
    const result = runInNode(`
      const touched = [];
      globalThis.addEventListener = (name) => touched.push(name);
      const { setTimeout: later } = globalThis;
      globalThis.setTimeout = (...rest) => (touched.push('setTimeout'), later(...rest));
      globalThis.WebSocket = class { constructor() { touched.push('WebSocket'); } };
      const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
      const before = { globals: Object.getOwnPropertyNames(globalThis), listeners: listeners() };
      const { createClient, createIde } = await import(${JSON.stringify(entry)});
      const client = createClient({ url: '/ide/ws', token: () => touched.push('token') });
      createIde(client);
      const after = { globals: Object.getOwnPropertyNames(globalThis), listeners: listeners() };
      console.log(JSON.stringify({ touched, before, after, resources: process.getActiveResourcesInfo() }));
    `) as Record<'before' | 'after', unknown> & { touched: string[]; resources: string[] };
    expect(result.touched).toEqual([]);
    expect(result.after).toEqual(result.before);
    expect(result.resources.filter((name) => /Timeout|TCP|Immediate/.test(name))).toEqual([]);
  });

  it('lets a process end by itself after close', () => {
    const result = runInNode(`
      const { createClient } = await import(${JSON.stringify(entry)});
      const client = createClient({ url: 'ws://127.0.0.1:9/ide/ws' });
      const reply = client.request('ping', {}).catch((error) => error.code);
      client.close();
      console.log(JSON.stringify(await reply));
    `);
    expect(result).toBe('closed');
  });
});
