import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectRaw, openRaw, type RawClient } from '../support/raw-client.ts';
import { startKit, temporaryDirectory, type StartedKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

describe('a connection is refused', () => {
  test('without a token: closed with 4401', async () => {
    const { url } = await startKit();
    expect(await closeOf(openRaw(url, { token: null }))).toMatchObject({ code: 4401 });
  });

  test('with an expired token: closed with 4401', async () => {
    const { url } = await startKit();
    const expired = await token({ expiresIn: -60 });
    expect(await closeOf(openRaw(url, { token: expired }))).toMatchObject({ code: 4401 });
  });

  test('with a token that somebody else signed: closed with 4401', async () => {
    const { url } = await startKit();
    const [head, body] = (await token()).split('.');
    const forged = `${head}.${body}.${Buffer.alloc(32, 7).toString('base64url')}`;
    expect(await closeOf(openRaw(url, { token: forged }))).toMatchObject({ code: 4401 });
  });

  test('with a token over 8 KB: closed with 4401', async () => {
    const { url } = await startKit();
    const huge = 'x'.repeat(8_193);
    expect(await closeOf(openRaw(url, { token: huge }))).toMatchObject({ code: 4401 });
  });

  test('from a foreign Origin: HTTP 403 before the upgrade', async () => {
    const { url } = await startKit();
    const socket = openRaw(url, {
      token: await token(),
      client: { headers: { origin: 'https://evil.example' } },
    });
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
  });

  test('from an Origin that only ends like the host’s: HTTP 403', async () => {
    const { url } = await startKit({ allowedOrigins: ['https://app.example'] });
    const socket = openRaw(url, {
      token: await token(),
      client: { headers: { origin: 'https://evilapp.example' } },
    });
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
  });

  test('to somebody else’s session: closed with 4403', async () => {
    const { url } = await startKit();
    const { sessionId } = await connectRaw(url);
    const stranger = openRaw(url, {
      token: await token({ sub: 'mallory' }),
      query: { session: sessionId },
    });
    expect(await closeOf(stranger)).toMatchObject({ code: 4403 });
  });

  test('when a frame is larger than 2 MiB: closed with 1009', async () => {
    const { url } = await startKit();
    const client = await connectRaw(url);
    client.send('x'.repeat(3 * 1024 * 1024));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });
});

describe('a token reaches nobody', () => {
  test('the server echoes the protocol and never the bearer entry', async () => {
    const { url } = await startKit();
    const socket = openRaw(url, { token: await token() });
    await new Promise((resolve) => {
      socket.on('open', resolve);
    });
    expect(socket.protocol).toBe('ide-assistant.v1');
    socket.terminate();
  });

  test('a token in the query signs in and is gone from the URL that the host’s hook sees', async () => {
    const seen: string[] = [];
    const { url } = await startKit({
      authenticate: (request) => {
        seen.push(request.url ?? '', JSON.stringify([request.headers, request.rawHeaders]));
        return { id: 'host-user', roles: ['developer'] };
      },
    });
    const inQuery = await connectRaw(url, { token: null, query: { token: await token() } });
    expect(inQuery.connect['user']).toMatchObject({ id: 'ada' });
    const byHook = await connectRaw(url, {
      token: null,
      query: { session: 'mine', token: '' },
      protocols: ['ide-assistant.v1', 'bearer.'],
    });
    expect(byHook.connect['user']).toMatchObject({ id: 'host-user' });
    expect(seen[0]).toBe('/ide/ws?session=mine');
    expect(seen[1]).not.toContain('bearer.');
  });
});

describe('a request is refused and nothing changes on disk', () => {
  test.each(['../../etc/passwd', '/etc/passwd', 'a/../../b', '..'])(
    'a path outside of the workspace: %s',
    async (path) => {
      const { kit, client } = await ready();
      for (const message of [
        { type: 'file_open', path },
        { type: 'file_save', path, content: 'x' },
        { type: 'file_delete', path },
        { type: 'security_scan', file_path: path },
      ]) {
        expect(await client.ask(message)).toMatchObject({
          type: 'error',
          code: 'path_outside_workspace',
          original_type: message.type,
        });
      }
      expect(await files(kit, client)).toEqual([]);
    },
  );

  test('a link that leads out of the workspace', async () => {
    const { kit, client } = await ready();
    const outside = await temporaryDirectory();
    await writeFile(join(outside, 'secret.txt'), 'kept');
    await client.ask({ type: 'file_save', path: 'a.txt', content: 'a' });
    await symlink(outside, join(kit.workspaceOf(client.sessionId), 'out'));

    for (const message of [
      { type: 'file_open', path: 'out/secret.txt' },
      { type: 'file_save', path: 'out/secret.txt', content: 'changed' },
      { type: 'file_create', path: 'out/new.txt', content: 'new' },
      { type: 'file_delete', path: 'out/secret.txt' },
    ]) {
      expect(await client.ask(message)).toMatchObject({ code: 'path_outside_workspace' });
    }
    expect(await readdir(outside)).toEqual(['secret.txt']);
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('kept');
  });

  test('a policy forbids it: blocked, with an entry in the log', async () => {
    const { kit, client } = await ready();
    const reply = await client.ask({ type: 'file_save', path: '.git/config', content: 'x' });
    expect(reply).toMatchObject({
      type: 'blocked',
      action: 'ide_file_save',
      reason: expect.any(String) as string,
      audit_id: expect.any(String) as string,
    });
    expect(
      await client.ask({ type: 'audit_get', verification_id: reply['audit_id'] }),
    ).toMatchObject({ type: 'audit_entry' });
    expect(await files(kit, client)).toEqual([]);
  });

  test('a viewer may not write: blocked', async () => {
    const kit = await startKit();
    const client = await connectRaw(kit.url, { token: await token({ roles: ['viewer'] }) });
    expect(await client.ask({ type: 'file_save', path: 'a.txt', content: 'x' })).toMatchObject({
      type: 'blocked',
    });
    expect(await files(kit, client)).toEqual([]);
  });

  test('the hunter finds an injection in code that is about to run: blocked, with the alerts', async () => {
    const { client } = await ready();
    const reply = await client.ask({
      type: 'code_execute',
      language: 'python',
      code: 'user_input = input()\neval(user_input)\nopen("ran.txt", "w").write("x")\n',
    });
    expect(reply).toMatchObject({
      type: 'blocked',
      action: 'ide_code_execute',
      alerts: [expect.objectContaining({ line: 2, severity: 'critical' }) as object],
    });
    expect(client.messages.some(({ type }) => type === 'execution_start')).toBe(false);
  });

  test('saving the same code warns and saves', async () => {
    const { client } = await ready();
    expect(
      await client.ask({ type: 'file_save', path: 'a.py', content: 'eval(user_input)\n' }),
    ).toMatchObject({
      type: 'file_saved',
      alerts: [expect.objectContaining({ line: 1 }) as object],
    });
  });

  test('an executable or an archive, whatever its name', async () => {
    const { kit, client } = await ready();
    const elf = Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(60)]).toString('base64');
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(60)]).toString('base64');
    for (const content of [elf, zip]) {
      expect(
        await client.ask({ type: 'file_save', path: 'notes.txt', content, encoding: 'base64' }),
      ).toMatchObject({ code: 'unsupported_file_type' });
    }
    expect(await files(kit, client)).toEqual([]);
  });

  test('a file over 1 MiB: too_large, and the connection stays', async () => {
    const { kit, client } = await ready();
    const content = 'x'.repeat(1_048_577);
    expect(await client.ask({ type: 'file_save', path: 'big.txt', content })).toMatchObject({
      code: 'too_large',
    });
    expect(await files(kit, client)).toEqual([]);
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });

  test('an unknown type, an unknown field, a wrong shape, no request_id, not JSON: invalid_message', async () => {
    const { kit, client } = await ready();
    expect(await client.ask({ type: 'file_explode', path: 'a' })).toMatchObject({
      type: 'error',
      code: 'invalid_message',
      original_type: 'file_explode',
    });
    expect(
      await client.ask({ type: 'file_save', path: 'a', content: 'b', owner: 'root' }),
    ).toMatchObject({ code: 'invalid_message' });
    expect(await client.ask({ type: 'file_save', path: 7, content: 'b' })).toMatchObject({
      code: 'invalid_message',
      details: { issues: [{ path: 'path', message: expect.any(String) as string }] },
    });
    client.send({ type: 'file_save', path: 'a', content: 'b' });
    expect(
      await client.next(
        (message) => message['original_type'] === 'file_save' && !message['request_id'],
      ),
    ).toMatchObject({ code: 'invalid_message' });
    for (const frame of ['{"type":', '[]', '"text"', Buffer.from([1, 2, 3])]) {
      const seen = client.messages.length;
      client.send(frame);
      expect(
        await client.next((message) => client.messages.indexOf(message) >= seen),
      ).toMatchObject({ type: 'error', code: 'invalid_message', original_type: null });
    }
    expect(await files(kit, client)).toEqual([]);
  });
});

test('a loop of 20 seconds is stopped at the limit and leaves no process', async () => {
  const { client } = await ready({ limits: { executionMs: 1_500 } });
  const marker = `loop-${Date.now()}`;
  const reply = await client.ask({
    type: 'code_execute',
    language: 'python',
    code: `import time\nprint("${marker}", flush=True)\nend = time.time() + 20\nwhile time.time() < end: pass\n`,
    args: [marker],
  });
  expect(reply).toMatchObject({
    type: 'execution_result',
    timed_out: true,
    success: false,
    stdout: `${marker}\n`,
  });
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(processes.split('\n').filter((line) => line.includes(marker))).toEqual([]);
});

async function ready(
  options: Parameters<typeof startKit>[0] = {},
): Promise<{ kit: StartedKit; client: RawClient }> {
  const kit = await startKit(options);
  return { kit, client: await connectRaw(kit.url) };
}

async function files(kit: StartedKit, client: RawClient): Promise<string[]> {
  const directory = kit.workspaceOf(client.sessionId);
  await mkdir(directory, { recursive: true });
  return readdir(directory);
}

function closeOf(socket: ReturnType<typeof openRaw>): Promise<{ code: number }> {
  return new Promise((resolve) => {
    socket.on('close', (code) => resolve({ code }));
    socket.on('error', () => undefined);
  });
}
