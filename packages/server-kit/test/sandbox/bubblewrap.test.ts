import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bubblewrap, sessionOwner } from '../../src/sandbox/index.ts';
import { processesWith } from './attacks.ts';
import { driverSuite } from './driver-suite.ts';
import { hostMounts } from './leftovers.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

const driver = bubblewrap();
driverSuite(driver, { stdin: true, missing: [] });

describe('bubblewrap', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    opened = await openSandbox(driver);
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());

  test.each([
    ['python', 'import sys; print(sys.stdin.read().upper(), sys.argv[1])', 'IN arg\n'],
    ['bash', 'read -r line; echo "${line^^} $1"', 'IN arg\n'],
  ])('runs %s with input and arguments', async (language, code, stdout) => {
    const outcome = await opened.run(language, code, { stdin: 'in', args: ['arg'] });
    expect(outcome).toMatchObject({ stdout, stderr: '', exitCode: 0 });
  });

  test('tells a signal from an exit code of the same number', async () => {
    const killed = await opened.run('bash', 'kill -KILL $$');
    const exited = await opened.run('bash', 'exit 137');
    expect(killed).toMatchObject({ exitCode: null, signal: 'SIGKILL', reason: 'exit' });
    expect(exited).toMatchObject({ exitCode: 137, signal: null, reason: 'exit' });
  });

  test('joins a character that arrives in two pieces', async () => {
    const code = `
import sys, time
for byte in "€😀".encode():
    sys.stdout.buffer.write(bytes([byte])); sys.stdout.buffer.flush(); time.sleep(0.01)`;
    const pieces: string[] = [];
    const outcome = await opened.run('python', code, { onOutput: ({ text }) => pieces.push(text) });
    expect(outcome.stdout).toBe('€😀');
    expect(pieces.join('')).toBe('€😀');
  });

  test('is not disturbed by a program that does not read its input', async () => {
    const outcome = await opened.run('bash', 'echo fine', { stdin: 'x'.repeat(2_000_000) });
    expect(outcome).toMatchObject({ stdout: 'fine\n', exitCode: 0 });
  });

  test('leaves no process after a timeout', async () => {
    const marker = `marker-${randomUUID()}`;
    const outcome = await opened.run('bash', 'sleep 60 & (setsid sleep 60 &) ; wait', {
      args: [marker],
      limits: { timeoutMs: 500 },
    });
    expect(outcome.reason).toBe('timeout');
    expect(processesWith(marker)).toEqual([]);
  });

  test('shows the files of the workspace, and keeps what a program writes there', async () => {
    opened.put('in.txt', 'from the host');
    const outcome = await opened.run('bash', 'pwd; cat in.txt; echo inside > out.txt');
    expect(outcome.stdout).toBe('/workspace\nfrom the host');
    const written = join(opened.workspace, 'out.txt');
    expect(readFileSync(written, 'utf8')).toBe('inside\n');
    expect(statSync(written).uid).toBe(statSync(opened.workspace).uid);
  });

  test('runs the code given, not the file of that name, and leaves the file as it is', async () => {
    opened.put('app/run.py', 'print("on disk")');
    const outcome = await opened.run('python', 'print("given")', { fileName: 'app/run.py' });
    expect(outcome.stdout).toBe('given\n');
    expect(readFileSync(join(opened.workspace, 'app/run.py'), 'utf8')).toBe('print("on disk")');
  });

  test.each([
    [
      'python',
      'app/main.py',
      'app/tools.py',
      'name = "sibling"',
      'import tools; print(tools.name)',
    ],
    ['python', 'app/main.py', 'shared.py', 'name = "root"', 'import shared; print(shared.name)'],
    [
      'javascript',
      'app/main.mjs',
      'app/esm.mjs',
      'export const name = "sibling"',
      'import { name } from "./esm.mjs"; console.log(name)',
    ],
    [
      'javascript',
      'app/main.js',
      'lib/common.cjs',
      'exports.name = "parent"',
      'console.log(require("../lib/common.cjs").name)',
    ],
    [
      'javascript',
      'app/main.mjs',
      'node_modules/pack/index.js',
      'exports.name = "package"',
      'import pack from "pack"; console.log(pack.name)',
    ],
    [
      'javascript',
      'app/main.cjs',
      'node_modules/pack/index.js',
      'exports.name = "package"',
      'console.log(require("pack").name)',
    ],
    [
      'typescript',
      'app/main.ts',
      'app/typed.ts',
      'export const name: string = "typed"',
      'import { name } from "./typed.ts"; console.log(name as string)',
    ],
    ['bash', 'app/main.sh', 'lib.sh', 'name=sourced', '. ./lib.sh; echo $name'],
  ])('lets %s in %s use %s', async (language, fileName, path, content, code) => {
    opened.put(path, content);
    const outcome = await opened.run(language, code, { fileName });
    expect(outcome).toMatchObject({ stderr: '', exitCode: 0 });
    expect(outcome.stdout).toMatch(/^(sibling|root|parent|package|typed|sourced)\n$/);
  });

  test('starts programs with an environment of its own', async () => {
    const { stdout } = await opened.run('bash', 'env | cut -d= -f1 | sort | tr "\\n" " "');
    expect(stdout).toBe('HOME LANG PATH PWD SHLVL TMPDIR USER _ ');
  });

  test('refuses an argument that a command line cannot carry', async () => {
    const running = opened.run('bash', '', { args: ['a\0b'] });
    await expect(running).rejects.toMatchObject({ code: 'invalid_message' });
  });

  test('fails with an error that names no host path when the sandbox does not start', async () => {
    const gone = await openSandbox(driver);
    rmSync(gone.workspace, { recursive: true });
    const running = gone.run('bash', 'echo never');
    await expect(running).rejects.toMatchObject({ code: 'sandbox_unavailable', retryable: true });
    await expect(running).rejects.not.toThrow(gone.workspace);
    await gone[Symbol.asyncDispose]();
  });
});

describe('bubblewrap without control groups', () => {
  test('still runs Node with a worker, and says how memory is held', async () => {
    const rlimits = bubblewrap({ cgroups: false });
    await using opened = await openSandbox(rlimits);
    const code = 'new (require("node:worker_threads").Worker)("console.log(1)", { eval: true })';
    expect(await opened.run('javascript', code)).toMatchObject({ stdout: '1\n', stderr: '' });
    expect(await rlimits.probe()).toMatchObject({
      capabilities: {
        protections: {
          memory: { level: 'best-effort', by: 'rlimit-data+watchdog' },
          pids: { level: 'enforced', by: 'rlimit-nproc' },
        },
      },
    });
  });
});

describe('the probe of bubblewrap', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fake-bwrap-'));
  chmodSync(directory, 0o755);
  afterAll(() => rmSync(directory, { recursive: true }));

  /** A program in bubblewrap's place that has the right version and then fails with this message. */
  const failing = (message: string, version = '0.8.0'): string => {
    const path = join(directory, randomUUID());
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo "bubblewrap ${version}" && exit\n`;
    writeFileSync(path, `${script}echo "bwrap: ${message}" >&2\nexit 1\n`, { mode: 0o755 });
    return path;
  };

  test('names the package when bubblewrap is missing', async () => {
    expect(await bubblewrap({ path: '/nonexistent/bwrap' }).probe()).toEqual({
      usable: false,
      reason: 'bubblewrap is not installed.',
      fix: 'apt-get install bubblewrap',
    });
  });

  test('refuses a version that is too old', async () => {
    const result = await bubblewrap({ path: failing('', '0.6.1') }).probe();
    expect(result).toMatchObject({ usable: false, reason: expect.stringContaining('0.8') });
  });

  test.each([
    [
      'No permissions to create new namespace, likely because the kernel does not allow it',
      existsSync('/.dockerenv') ? /--security-opt seccomp=unconfined/ : /unprivileged_userns_clone/,
    ],
    ['setting up uid map: Permission denied', /bwrap-userns-restrict/],
    ['loopback: Failed RTM_NEWADDR: Operation not permitted', /bwrap-userns-restrict/],
    ["Can't mount proc on /newroot/proc: Operation not permitted", /systempaths=unconfined/],
  ])('explains "%s" with its fix', async (message, fix) => {
    const result = await bubblewrap({ path: failing(message) }).probe();
    expect(result).toMatchObject({ usable: false, fix: expect.stringMatching(fix) });
  });

  test('passes on a message that it does not know', async () => {
    const result = await bubblewrap({ path: failing('Something new') }).probe();
    expect(result).toEqual({
      usable: false,
      reason: 'bubblewrap did not start: bwrap: Something new',
    });
  });

  test('opens no sandbox where bubblewrap does not work', async () => {
    const opening = bubblewrap({ path: '/nonexistent/bwrap' }).open({
      sessionId: 's',
      workspace: { root: directory },
    });
    await expect(opening).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
  });

  test('finds every language of the kit on this machine, with isolation enforced', async () => {
    const probe = await driver.probe();
    expect(probe).toMatchObject({
      usable: true,
      capabilities: {
        languages: ['python', 'javascript', 'typescript', 'bash'],
        shell: true,
        terminal: true,
        protections: {
          filesystem: { level: 'enforced' },
          processes: { level: 'enforced' },
          network: { level: 'enforced' },
          syscalls: { level: 'enforced' },
          privileges: { level: 'enforced' },
          disk: { level: 'best-effort' },
        },
      },
    });
  });
});

describe.runIf(process.getuid?.() === 0)('a server that is root', () => {
  const roots: string[] = [];
  afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));
  const makeRoot = (): string => {
    const root = mkdtempSync(join(tmpdir(), 'owned-'));
    roots.push(root);
    return root;
  };

  test('refuses a workspace that does not belong to the session', async () => {
    const opening = driver.open({ sessionId: randomUUID(), workspace: { root: makeRoot() } });
    await expect(opening).rejects.toMatchObject({ code: 'WORKSPACE_OWNER' });
  });

  const makeHidden = (): { sessionId: string; root: string } => {
    const sessionId = randomUUID();
    const root = mkdtempSync(join(makeRoot(), "it's hidden "));
    const { uid, gid } = sessionOwner(sessionId)!;
    chownSync(root, uid, gid);
    return { sessionId, root };
  };

  test('brings a workspace to the session that lies below a closed directory', async () => {
    const { sessionId, root } = makeHidden();
    const mountsBefore = hostMounts();
    await using sandbox = await driver.open({ sessionId, workspace: { root } });
    const outcome = await sandbox.run({
      language: 'python',
      code: 'import os\nopen("made", "w").write("x")\nprint(os.getcwd(), os.listdir("/mnt") if os.path.exists("/mnt") else "no /mnt")',
    });
    expect(outcome).toMatchObject({ stdout: '/workspace no /mnt\n', exitCode: 0 });
    expect(readFileSync(join(root, 'made'), 'utf8')).toBe('x');
    expect(hostMounts()).toEqual(mountsBefore);
  });

  test('refuses such a workspace where it may not mount', async () => {
    const { sessionId, root } = makeHidden();
    const opening = bubblewrap({ privateMounts: false }).open({ sessionId, workspace: { root } });
    await expect(opening).rejects.toMatchObject({ code: 'WORKSPACE_UNREACHABLE' });
  });
});
