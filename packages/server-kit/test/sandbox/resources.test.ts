import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bubblewrap } from '../../src/sandbox/index.ts';
import { countFiles } from '../../src/sandbox/workspace-watch.ts';
import { openSandbox } from './support.ts';

describe.each([
  ['with control groups', bubblewrap()],
  ['without control groups', bubblewrap({ cgroups: false })],
])('%s', (_, driver) => {
  test('a run tells its processor time and its most memory', async () => {
    await using opened = await openSandbox(driver);
    const { cpuMs, peakMemoryBytes } = await opened.run(
      'python',
      'import time\nx = b"x" * 50_000_000\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass',
    );
    expect(cpuMs).toBeGreaterThanOrEqual(300);
    expect(cpuMs).toBeLessThan(3_000);
    expect(peakMemoryBytes).toBeGreaterThan(50_000_000);
    expect(peakMemoryBytes).toBeLessThan(150_000_000);
  });

  test('a workspace that grows beyond its size ends the run', async () => {
    await using opened = await openSandbox(driver, { diskBytes: 20_000_000 });
    const outcome = await opened.run(
      'python',
      'n = 0\nwhile True:\n    with open(f"f{n}", "wb") as f: f.write(b"x" * 4_000_000)\n    n += 1',
    );
    expect(outcome).toMatchObject({ reason: 'disk-limit', exitCode: null });
  });

  test('a workspace that has too many files ends the run', async () => {
    await using opened = await openSandbox(driver, { diskFiles: 500 });
    const outcome = await opened.run('python', 'n = 0\nwhile True: open(f"f{n}", "w"); n += 1');
    expect(outcome).toMatchObject({ reason: 'disk-limit', exitCode: null });
  });

  test('directories that are nested beyond any path end the run', async () => {
    await using opened = await openSandbox(driver);
    const code = 'import os\nwhile True:\n    os.mkdir("d" * 200); os.chdir("d" * 200)';
    const outcome = await opened.run('python', code, { limits: { timeoutMs: 20_000 } });
    expect(outcome).toMatchObject({ reason: 'disk-limit', exitCode: null });
  });

  test('a workspace that was too large before can be cleared', async () => {
    await using opened = await openSandbox(driver, { diskFiles: 50 });
    await opened.run('bash', 'mkdir old; touch old/{0..99}', { limits: { diskFiles: 1_000 } });
    const code = 'import os, time\ntime.sleep(2.5)\nfor n in range(90): os.unlink(f"old/{n}")';
    expect(await opened.run('python', code)).toMatchObject({ reason: 'exit', exitCode: 0 });
  });

  test('a terminal in which the workspace grows beyond its size ends', async () => {
    await using opened = await openSandbox(driver, { diskFiles: 200 });
    const terminal = await opened.sandbox.openTerminal({
      cols: 80,
      rows: 24,
      onOutput: () => undefined,
    });
    terminal.write('n=0; while :; do : > $n; n=$((n+1)); done\r');
    expect(await terminal.ended).toMatchObject({ reason: 'disk-limit' });
  });
});

test.runIf(process.getuid?.() === 0)(
  'processes of a run share the processors that it may use',
  async () => {
    await using opened = await openSandbox(bubblewrap(), { cpus: 0.5 });
    const { durationMs, cpuMs } = await opened.run(
      'bash',
      'for i in 1 2 3 4; do (while :; do :; done) & done; sleep 2; kill $(jobs -p)',
    );
    expect(cpuMs! / durationMs).toBeLessThan(0.7);
  },
);

describe('counting a workspace', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'counted-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const unbounded = { bytes: Infinity, files: Infinity };

  test('takes in what lies in directories, and the space that it takes on the disk', async () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/c'), 'x'.repeat(100_000));
    const { bytes, files } = await countFiles(root, unbounded);
    expect(files).toBe(3);
    expect(bytes).toBeGreaterThanOrEqual(100_000);
    expect(bytes).toBeLessThan(130_000);
  });

  test('gives up when there is more than asked for', async () => {
    for (let n = 0; n < 100; n++) writeFileSync(join(root, String(n)), '');
    expect((await countFiles(root, { ...unbounded, files: 10 })).files).toBe(11);
  });

  test('follows no link', async () => {
    symlinkSync('/usr', join(root, 'usr'));
    symlinkSync(root, join(root, 'self'));
    expect((await countFiles(root, unbounded)).files).toBe(2);
  });

  test('counts nothing in a directory that is gone', async () => {
    expect(await countFiles(join(root, 'gone'), unbounded)).toEqual({ bytes: 0, files: 0 });
  });
});
