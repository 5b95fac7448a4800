import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 30_000 });

const root = new URL('..', import.meta.url);

const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  exports: Record<string, string | { 'ide-assistant-source': string }>;
  dependencies: object;
  peerDependencies: object;
};

const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string'
    ? []
    : [{ name, url: new URL(target['ide-assistant-source'], root).href }],
);

// What others touch when they are loaded is not ours, so they are there before we look.
const others = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

const watched = [
  ...['addEventListener', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch'],
  ...['WebSocket', 'EventSource', 'BroadcastChannel', 'MessageChannel', 'Worker', 'SharedWorker'],
];

/** Imports a module in a process of its own, and tells what is different there afterwards. */
function importAlone(url: string) {
  const script = `
    await Promise.all(${JSON.stringify(others)}.map((name) => import(name)));
    const touched = [];
    for (const name of ${JSON.stringify(watched)}) {
      globalThis[name] = new Proxy(globalThis[name] ?? function () {}, {
        apply: () => touched.push(name),
        construct: () => (touched.push(name), {}),
      });
    }
    const look = () => ({
      globals: Reflect.ownKeys(globalThis).map(String),
      listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
      // The loader's own reading of files may not have ended.
      resources: process.getActiveResourcesInfo().filter((name) => !/^(FSReq|CloseReq)/.test(name)),
    });
    const before = look();
    const exports = Object.keys(await import(${JSON.stringify(url)}));
    console.log(JSON.stringify({ exports, touched, before, after: look() }));
  `;
  const output = execFileSync(
    process.execPath,
    ['--conditions=ide-assistant-source', '--input-type=module', '-e', script],
    { encoding: 'utf8', cwd: root, env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  );
  return JSON.parse(output) as {
    exports: string[];
    touched: string[];
    before: Record<'globals' | 'listeners' | 'resources', unknown[]>;
    after: Record<'globals' | 'listeners' | 'resources', unknown[]>;
  };
}

describe('every entry of the package', () => {
  it.each(entries)('touches no global and starts nothing when imported: $name', ({ url }) => {
    const { exports, touched, before, after } = importAlone(url);
    expect(exports).not.toEqual([]);
    expect(touched).toEqual([]);
    expect(after).toEqual(before);
  });

  it('would be found out if it did', () => {
    const code = `
      globalThis.leak = 1;
      process.on('exit', () => {});
      process.stdin.resume();
      new WebSocket('ws://host');
      setInterval(() => {}, 1_000);
      export const everything = 1;
      setImmediate(() => process.exit());
    `;
    const { touched, before, after } = importAlone(
      `data:text/javascript,${encodeURIComponent(code)}`,
    );
    expect(touched).toEqual(['WebSocket', 'setInterval', 'setImmediate']);
    expect(after.globals.filter((name) => !before.globals.includes(name))).toEqual(['leak']);
    expect(after.listeners).toContainEqual(['exit', 1]);
    expect(after.resources.length).toBeGreaterThan(before.resources.length);
  });
});
