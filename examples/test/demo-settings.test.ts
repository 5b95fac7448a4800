import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@ide-assistant/sdk';
import { SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, startExample, temporaryDirectory } from './start-process.ts';

const isReady = /The assistant is at/;

test('LLM_URL, LLM_MODEL and LLM_KEY connect a model, whose words arrive in the chat', async () => {
  const asked: { key: string | undefined; model: unknown }[] = [];
  const provider = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => {
      const { model } = JSON.parse(body) as { model: unknown };
      asked.push({ key: request.headers.authorization, model });
      const chunk = { choices: [{ delta: { content: 'Forty-two.' }, finish_reason: 'stop' }] };
      response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => {
    provider.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void provider.close());
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;

  const { client } = await startDemo({ LLM_URL: url, LLM_MODEL: 'a-model', LLM_KEY: 'a-key' });
  const { message } = await client.request('chat', { message: 'What is the answer?' });
  expect(message.content).toBe('Forty-two.');
  expect(client.status).toMatchObject({
    connect: { capabilities: { assistant: { name: 'openai-compatible', model: 'a-model' } } },
  });
  expect(asked).toEqual([{ key: 'Bearer a-key', model: 'a-model' }]);
});

test('IDE_JWT_SECRET lets a client from outside sign in by its own token', async () => {
  const secret = 'a secret of somebody else, 32 bytes or more';
  const { origin } = await startDemo({ IDE_JWT_SECRET: secret });
  const token = await new SignJWT({ roles: ['admin'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('outsider')
    .setIssuer('ide-assistant-demo')
    .setAudience('ide-assistant-demo')
    .setJti(randomUUID())
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret));
  const client = createClient({ url: `${origin}/ide/ws`, token });
  onTestFinished(() => client.close());
  await client.request('ping', {});
  expect(client.status).toMatchObject({ connect: { user: { id: 'outsider', roles: ['admin'] } } });
  const status = await fetch(`${origin}/ide/status`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await status.json()).toMatchObject({ total_connections: 1 });
});

test('a port that is taken is said in one line', async () => {
  const { origin } = await startDemo({});
  const again = startExample(
    'demo',
    { PORT: new URL(origin).port, IDE_DATA: await temporaryDirectory(), IDE_NO_INSTALL: '1' },
    isReady,
  );
  await expect(again).rejects.toThrow(/is taken\. Choose another one/);
});

async function startDemo(environment: Record<string, string>) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await startExample(
    'demo',
    {
      PORT: String(port),
      IDE_DATA: await temporaryDirectory(),
      IDE_NO_INSTALL: '1',
      ...environment,
    },
    isReady,
  );
  const client = createClient({
    url: `${origin}/ide/ws`,
    token: async () => {
      const response = await fetch(`${origin}/demo-token`, { method: 'POST' });
      return ((await response.json()) as { token: string }).token;
    },
  });
  onTestFinished(() => client.close());
  return { origin, client };
}
