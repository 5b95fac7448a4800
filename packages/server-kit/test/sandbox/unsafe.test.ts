import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { unsafe } from '../../src/sandbox/drivers/unsafe/unsafe.ts';
import { selectDriver } from '../../src/sandbox/index.ts';
import { connectRaw } from '../support/raw-client.ts';
import { startKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';
import { processesWith } from './attacks.ts';
import { driverSuite } from './driver-suite.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

driverSuite(unsafe(), { stdin: true, missing: [] });

afterEach(() => vi.unstubAllEnvs());

describe('the unsafe driver', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    opened = await openSandbox(unsafe());
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());
  const command = (line: string, more: { directory?: string; limits?: object } = {}) =>
    opened.sandbox.run({ command: line, ...more });

  describe('does not pretend to be a sandbox', () => {
    test('and enforces nothing but the size of the output', async () => {
      const probe = await unsafe().probe();
      if (!probe.usable) throw new Error(probe.reason);
      const { isolation, terminal, warnings, protections } = probe.capabilities;
      expect({ isolation, terminal }).toEqual({ isolation: 'none', terminal: false });
      expect(warnings).toEqual([expect.stringMatching(/no sandbox.*development only/)]);
      const enforced = Object.entries(protections).filter(([, { level }]) => level === 'enforced');
      expect(enforced).toEqual([['output', { level: 'enforced', by: 'server' }]]);
      for (const { level, reason } of Object.values(protections)) {
        if (level !== 'enforced') expect(reason).not.toBe('');
      }
    });

    test('and does not work in production, whatever it has found before', async () => {
      const driver = unsafe();
      expect(await driver.probe()).toMatchObject({ usable: true });
      vi.stubEnv('NODE_ENV', 'production');
      expect(await driver.probe()).toMatchObject({
        usable: false,
        reason: expect.stringContaining('NODE_ENV is "production"') as string,
      });
      const opening = driver.open({ sessionId: 'x', workspace: { root: opened.workspace } });
      await expect(opening).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
      const selecting = selectDriver({ drivers: [driver] });
      await expect(selecting).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    });

    test('and is never taken unless it is named', async () => {
      const { driver } = await selectDriver();
      expect(driver.name).not.toBe('unsafe');
    });

    test('and has no terminals, which it says with the line that adds them', async () => {
      const opening = opened.sandbox.openTerminal({
        cols: 80,
        rows: 24,
        onOutput: () => undefined,
      });
      await expect(opening).rejects.toMatchObject({
        code: 'sandbox_unavailable',
        details: { fix: expect.any(String) as string },
      });
    });
  });

  describe('in a kit', () => {
    test('starts only where the host says that nothing is required', async () => {
      await expect(startKit({ sandbox: { drivers: [unsafe()] } })).rejects.toMatchObject({
        code: 'PROTECTION_MISSING',
        message: expect.stringMatching(/unsafe does not enforce.*filesystem is absent/) as string,
      });
    });

    test('runs code, and tells whoever connects and its operator what it is', async () => {
      const { url, rest } = await startKit({ sandbox: { drivers: [unsafe()], require: [] } });
      const client = await connectRaw(url);
      expect(client.connect['capabilities']).toMatchObject({
        terminal: false,
        sandbox: {
          driver: 'unsafe',
          isolation: 'none',
          protections: { filesystem: { level: 'absent' }, time: { level: 'best-effort' } },
        },
      });
      const run = { type: 'code_execute', language: 'python', code: 'print(6 * 7)' };
      expect(await client.ask(run)).toMatchObject({ stdout: '42\n', success: true });
      const line = { type: 'terminal_command', command: 'mkdir -p a/b && cd a/b && pwd' };
      expect(await client.ask(line)).toMatchObject({ exit_code: 0, cwd: 'a/b' });
      const headers = { authorization: `Bearer ${await token({ roles: ['admin'] })}` };
      const health = await fetch(`${rest}/healthz`, { headers });
      expect(await health.json()).toMatchObject({
        sandbox: { warnings: [expect.stringMatching(/no sandbox/) as string] },
      });
    });
  });

  describe('a program', () => {
    test('sees nothing of the server’s environment', async () => {
      vi.stubEnv('SECRET_TOKEN', 'a-secret-of-the-server');
      const code = 'import json, os; print(json.dumps(dict(os.environ)))';
      const { stdout } = await opened.run('python', code);
      const environment = JSON.parse(stdout) as Record<string, string>;
      expect(environment).toMatchObject({ HOME: opened.workspace, USER: 'sandbox' });
      const known = ['HOME', 'LANG', 'LC_CTYPE', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONPATH'];
      known.push('PYTHONUNBUFFERED', 'TMPDIR', 'USER');
      expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
    });

    test('starts in the workspace, and imports from the directory of its file', async () => {
      opened.put('lib/near.py', 'word = "near"');
      opened.put('far.py', 'word = "far"');
      const code = 'import os, near, far; print(os.getcwd(), near.word, far.word)';
      expect(await opened.run('python', code, { fileName: 'lib/main.py' })).toMatchObject({
        stdout: `${opened.workspace} near far\n`,
        stderr: '',
      });
    });

    test('in JavaScript imports its neighbours and the packages of the workspace', async () => {
      opened.put('src/near.mjs', 'export const word = "near";');
      opened.put('src/near.cjs', 'exports.word = "required";');
      opened.put('node_modules/far/index.js', 'exports.word = "far";');
      const imported = `import { word } from './near.mjs'; import far from 'far';
        console.log(word, far.word);`;
      const required = `console.log(require('./near.cjs').word, require('far').word)`;
      // A Node that the session's user can reach may be older than the hooks that lead imports.
      const { stdout: version } = await opened.run('js', 'console.log(process.versions.node)');
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isLed = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 15);
      const seen = (stdout: string) =>
        isLed ? { stdout, stderr: '' } : { exitCode: 1, stdout: '' };
      expect(await opened.run('js', imported, { fileName: 'src/main.mjs' })).toMatchObject(
        seen('near far\n'),
      );
      expect(await opened.run('js', required, { fileName: 'src/main.cjs' })).toMatchObject(
        seen('required far\n'),
      );
    });

    test('is not changed where it names the places of a sandbox', async () => {
      const args = ['/run/code/main.py', '/workspace'];
      const code = `import sys; print("file:///run/code/x", "/workspace", *sys.argv[1:])`;
      expect(await opened.run('python', code, { args })).toMatchObject({
        stdout: 'file:///run/code/x /workspace /run/code/main.py /workspace\n',
      });
    });

    test('is killed at its deadline with all that it has started', async () => {
      const marker = `marker-${randomUUID()}`;
      const outcome = await command(
        `sh -c 'trap "" HUP TERM; sleep 60; : ${marker}' & echo on; wait`,
        {
          limits: { timeoutMs: 1_000 },
        },
      );
      expect(outcome).toMatchObject({ stdout: 'on\n', reason: 'timeout', exitCode: null });
      expect(processesWith(marker)).toEqual([]);
    });

    test('leaves nothing of its group behind when it ends', async () => {
      const marker = `marker-${randomUUID()}`;
      await command(`sh -c 'sleep 60; : ${marker}' > /dev/null 2>&1 &`);
      // Killed by then, and gone as soon as the kernel gets to it.
      await expect.poll(() => processesWith(marker)).toEqual([]);
    });

    test('ends although one that has left its group holds its output', async () => {
      const marker = `marker-${randomUUID()}`;
      const leaving = `setsid sh -c 'touch left; sleep 60; : ${marker}' &`;
      const outcome = await command(`${leaving} until [ -e left ]; do :; done; echo gone`);
      const left = processesWith(marker);
      for (const pid of left) process.kill(-pid, 'SIGKILL');
      expect(outcome).toMatchObject({ stdout: 'gone\n', exitCode: 0, reason: 'exit' });
      expect(left).not.toEqual([]);
    });
  });

  describe('a command', () => {
    test('has its errors among its output, and tells where its shell ended', async () => {
      const outcome = await command(
        'echo one; echo two >&2; mkdir -p "x y/z"; cd "x y/z"; (exit 3)',
      );
      expect(outcome).toMatchObject({
        ...{ stdout: 'one\ntwo\n', stderr: '', exitCode: 3, directory: 'x y/z' },
      });
      expect(await command('pwd; cd', { directory: 'x y/z' })).toMatchObject({
        stdout: `${join(opened.workspace, 'x y/z')}\n`,
        directory: '.',
      });
    });

    test('tells no directory when its shell ended outside of the workspace', async () => {
      expect((await command('cd /')).directory).toBeUndefined();
      expect((await command('cd ..')).directory).toBeUndefined();
    });

    test('is one word for the shell, whatever it holds', async () => {
      const line = `printf '%s\\n' "it's" '/workspace' '$(id)' "; touch no"`;
      expect(await command(line)).toMatchObject({
        stdout: "it's\n/workspace\n$(id)\n; touch no\n",
      });
      expect(existsSync(join(opened.workspace, 'no'))).toBe(false);
    });

    test.each(['..', 'a/../..', '/etc'])('may not start in %j', async (directory) => {
      await expect(command('pwd', { directory })).rejects.toMatchObject({
        code: 'invalid_message',
      });
    });

    test('leaves files that belong to whom the workspace belongs', async () => {
      await command('echo made > made.txt');
      expect(readFileSync(join(opened.workspace, 'made.txt'), 'utf8')).toBe('made\n');
      const { uid } = statSync(opened.workspace);
      expect(statSync(join(opened.workspace, 'made.txt'))).toMatchObject({ uid });
    });
  });
});
