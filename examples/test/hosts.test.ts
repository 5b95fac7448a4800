import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { createClient } from '@ide-assistant/sdk';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, startExample, temporaryDirectory } from './start-process.ts';

const secret = 'the secret of these examples, 32 bytes or more';

test.each(['express', 'fastify'])(
  'the %s example serves its own page, REST and the assistant on one port',
  async (example) => {
    const port = await freePort();
    await startExample(
      example,
      { PORT: String(port), IDE_DATA: await temporaryDirectory(), IDE_JWT_SECRET: secret },
      /Listening on/,
    );
    const origin = `http://127.0.0.1:${port}`;

    expect(await (await fetch(origin)).text()).toBe('The assistant is at /ide.');
    expect(await (await fetch(`${origin}/ide/healthz`)).json()).toMatchObject({ status: 'ready' });
    expect((await fetch(`${origin}/ide/nothing`)).status).toBe(404);

    const client = createClient({ url: `${origin}/ide/ws`, token: await token() });
    onTestFinished(() => client.close());
    const saved = await client.request('file_save', { path: 'a.py', content: 'print(6 * 7)' });
    expect(saved).toMatchObject({ path: 'a.py', verified: true });
    const ran = await client.request('code_execute', { language: 'python', code: 'print(6 * 7)' });
    expect(ran).toMatchObject({ stdout: '42\n', success: true });
  },
);

test.each(['express', 'fastify'])(
  'the %s example tells its clients to come back and ends by itself on SIGTERM',
  async (example) => {
    const port = await freePort();
    const { process: child } = await startExample(
      example,
      { PORT: String(port), IDE_DATA: await temporaryDirectory(), IDE_JWT_SECRET: secret },
      /Listening on/,
    );
    const client = createClient({ url: `ws://127.0.0.1:${port}/ide/ws`, token: await token() });
    onTestFinished(() => client.close());
    await client.request('ping', {});
    const told = new Promise((resolve) => {
      client.on('disconnect', resolve);
    });
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGTERM');
    expect(await told).toMatchObject({ code: 1012 });
    expect(await ended).toBe(0);
  },
);

function token(): Promise<string> {
  return new SignJWT({ roles: ['developer'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ada')
    .setIssuer('my-app')
    .setAudience('ide-assistant')
    .setJti(randomUUID())
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret));
}
