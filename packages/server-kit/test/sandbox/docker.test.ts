import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker } from '../../src/sandbox/drivers/docker/docker.ts';
import { processesWith } from './attacks.ts';
import { startDaemon } from './docker-support/daemon.ts';
import { importBusyboxImage, importFullImage } from './docker-support/images.ts';
import { driverSuite } from './driver-suite.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

const daemon = await startDaemon();
const { engine, socketPath } = daemon;
const image = await importFullImage(engine);
afterAll(() => daemon[Symbol.asyncDispose]());

const driver = docker({ image, socketPath });
driverSuite(driver, { stdin: true, ordered: false, missing: [] });

describe('a run in Docker', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    opened = await openSandbox(driver);
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());

  test.each([
    ['python', 'import sys; print(sys.stdin.read().upper(), sys.argv[1])', 'IN arg\n'],
    ['bash', 'read -r line; echo "${line^^} $1"', 'IN arg\n'],
  ])('gives %s its input and arguments', async (language, code, stdout) => {
    const outcome = await opened.run(language, code, { stdin: 'in', args: ['arg'] });
    expect(outcome).toMatchObject({ stdout, stderr: '', exitCode: 0 });
  });

  test.each(['/tmp', '/dev/shm'])('has room of its own in %s', async (directory) => {
    const outcome = await opened.run(
      'bash',
      `echo written > ${directory}/file; cat ${directory}/file`,
    );
    expect(outcome).toMatchObject({ stdout: 'written\n', stderr: '' });
  });

  test('tells a signal from an exit code of the same number', async () => {
    const killed = await opened.run('bash', 'kill -KILL $$');
    const exited = await opened.run('bash', 'exit 137');
    expect(killed).toMatchObject({ exitCode: null, signal: 'SIGKILL', reason: 'exit', stderr: '' });
    expect(exited).toMatchObject({ exitCode: 137, signal: null, reason: 'exit', stderr: '' });
  });

  test('sees the end of its input, or none where there is none', async () => {
    expect(await opened.run('bash', 'cat; echo end')).toMatchObject({ stdout: 'end\n' });
    const outcome = await opened.run('bash', 'cat; echo end', { stdin: 'given\n' });
    expect(outcome).toMatchObject({ stdout: 'given\nend\n' });
  });

  test('is not disturbed by input that it does not read', async () => {
    const outcome = await opened.run('bash', 'echo fine', { stdin: 'x'.repeat(2_000_000) });
    expect(outcome).toMatchObject({ stdout: 'fine\n', exitCode: 0 });
  });

  test('may write single bytes by the hundred thousand', async () => {
    const code = 'import os\nfor _ in range(200_000): os.write(1, b"x")';
    const outcome = await opened.run('python', code, { limits: { timeoutMs: 25_000 } });
    expect(outcome).toMatchObject({ reason: 'exit', exitCode: 0, truncated: true });
    expect(outcome.stdout).toBe('x'.repeat(51_200));
  });

  test('has an environment of its own', async () => {
    const { stdout } = await opened.run('bash', 'env | cut -d= -f1 | sort | tr "\\n" " "');
    expect(stdout).toBe('HOME LANG PATH PWD SHLVL TMPDIR USER _ ');
  });

  test('knows its user by name and is not root', async () => {
    const { stdout } = await opened.run('bash', 'id -un; test "$(id -u)" != 0 && echo other');
    expect(stdout).toBe('sandbox\nother\n');
  });

  test('shows the files of the workspace, and keeps what a program writes there', async () => {
    opened.put('in.txt', 'from the host');
    const outcome = await opened.run('bash', 'pwd; cat in.txt; echo inside > out.txt');
    expect(outcome.stdout).toBe('/workspace\nfrom the host');
    expect(readFileSync(join(opened.workspace, 'out.txt'), 'utf8')).toBe('inside\n');
  });

  test('runs the code given, which it cannot change, and not the file of that name', async () => {
    opened.put('app/run.py', 'print("on disk")');
    const code = `
import sys
print("given")
try: open(sys.argv[0], "w")
except OSError as error: print(error.strerror)`;
    const outcome = await opened.run('python', code, { fileName: 'app/run.py' });
    expect(outcome.stdout).toBe('given\nRead-only file system\n');
  });

  test('finds nothing of the run before but in the workspace', async () => {
    const code = `
mkdir -p /tmp/closed/inner && : > /tmp/closed/inner/file && chmod 0 /tmp/closed/inner
echo x > /tmp/.hidden; echo x > /dev/shm/kept`;
    await opened.run('bash', code, { fileName: 'first.sh' });
    const { stdout } = await opened.run('bash', 'ls -A /tmp /dev/shm /run/code');
    expect(stdout).toBe('/dev/shm:\n\n/run/code:\nmain.sh\n\n/tmp:\n');
  });

  test('tells the processor time and the most memory', async () => {
    const code =
      'held = bytearray(b"x") * (60 << 20)\nwhile True:\n  import time\n  if time.process_time() > 0.3: break';
    const outcome = await opened.run('python', code);
    expect(outcome.cpuMs).toBeGreaterThanOrEqual(300);
    expect(outcome.peakMemoryBytes).toBeGreaterThan(60 << 20);
  });

  test('runs commands from the directory given and tells where they end', async () => {
    const { sandbox } = opened;
    const outcome = await sandbox.run({ command: 'mkdir -p sub && cd sub && pwd; nonsense' });
    expect(outcome).toMatchObject({ exitCode: 127, directory: 'sub', stderr: '' });
    expect(outcome.stdout).toMatch(/^\/workspace\/sub\n.*nonsense: command not found\n$/);
    expect(await sandbox.run({ command: 'pwd', directory: 'sub' })).toMatchObject({
      stdout: '/workspace/sub\n',
      directory: 'sub',
    });
  });

  test('ends when the workspace grows beyond its share', async () => {
    const code = `
for number in range(1_000_000):
    with open("grown%d" % number, "wb") as file: file.write(bytes(1 << 20))`;
    const limits = { diskBytes: 16_777_216, timeoutMs: 20_000 };
    const outcome = await opened.run('python', code, { limits });
    expect(outcome).toMatchObject({ exitCode: null, signal: 'SIGKILL', reason: 'disk-limit' });
  });

  test('can be held to other limits than the runs before', async () => {
    const code = 'ulimit -n; ulimit -t; ulimit -f';
    const usual = await opened.run('bash', code);
    const limits = { openFiles: 128, cpuSeconds: 3, fileBytes: 1_048_576 };
    const other = await opened.run('bash', code, { limits });
    expect(usual.stdout).toBe('256\n20\n65536\n');
    expect(other.stdout).toBe('128\n3\n1024\n');
  });
});

describe('an image with little in it', () => {
  let opened: OpenedSandbox;
  const marked = ['ENV FROM_IMAGE=1', 'VOLUME /data', 'USER nobody', 'ENTRYPOINT ["/bin/false"]'];
  beforeAll(async () => {
    const name = await importBusyboxImage(engine, 'busybox:1', marked);
    opened = await openSandbox(docker({ image: name, socketPath }));
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());

  test('runs commands by sh, and has no language', async () => {
    const probe = await docker({ image: 'busybox:1', socketPath }).probe();
    expect(probe).toMatchObject({
      usable: true,
      capabilities: { languages: [], shell: true, fix: 'use an image that has python3' },
    });
    const outcome = await opened.sandbox.run({ command: 'echo $((6 * 7)); exit 3' });
    expect(outcome).toMatchObject({ stdout: '42\n', exitCode: 3, directory: '.' });
  });

  test('tells what is missing for a language', async () => {
    await expect(opened.run('python', '')).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      details: { fix: 'use an image that has python3' },
    });
  });

  test('brings neither its variables nor a place to write', async () => {
    const command = 'env | grep -c IMAGE; touch /data/x /etc/x /x 2>&1 | grep -c Read-only';
    expect(await opened.sandbox.run({ command })).toMatchObject({ stdout: '0\n3\n' });
  });

  test('tells of signals and leftovers as others do', async () => {
    const killed = await opened.sandbox.run({ command: 'kill -TERM $$' });
    expect(killed).toMatchObject({ exitCode: null, signal: 'SIGTERM', reason: 'exit' });
    const marker = `marker-${randomUUID()}`;
    await opened.sandbox.run({ command: `(setsid sh -c 'sleep 60; : ${marker}' &) ; exit 0` });
    expect(processesWith(marker)).toEqual([]);
  });
});

describe.runIf(process.getuid?.() === 0)('a server that is root', () => {
  test('refuses a workspace that does not belong to the session, or belongs to root', async () => {
    const root = mkdtempSync(join(tmpdir(), 'owned-'));
    const opening = driver.open({ sessionId: randomUUID(), workspace: { root } });
    await expect(opening).rejects.toMatchObject({ code: 'WORKSPACE_OWNER' });
    const owner = { uid: 0, gid: 0 };
    const asRoot = driver.open({ sessionId: randomUUID(), workspace: { root, owner } });
    await expect(asRoot).rejects.toMatchObject({ code: 'WORKSPACE_OWNER' });
    rmSync(root, { recursive: true });
  });
});
