import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createServerKit, type ServerKitOptions } from '../../src/index.ts';
import { connectRaw, openRaw } from '../support/raw-client.ts';
import { startKit, temporaryDirectory } from '../support/start-kit.ts';
import { audience, issuer, secret } from '../support/tokens.ts';

const auth = { secret, issuer, audience };

describe('the kit refuses to start', () => {
  test.each<[string, Partial<ServerKitOptions>, string]>([
    ['without a way to know its users', { auth: undefined as never }, 'AUTH_MISSING'],
    ['with a secret that can be guessed', { auth: { ...auth, secret: 'short' } }, 'AUTH_OPTIONS'],
    ['without an audience', { auth: { ...auth, audience: '' } }, 'AUTH_OPTIONS'],
    ['with a path that ends in a slash', { path: '/ide/' }, 'PATH_INVALID'],
  ])('%s', (_name, options, code) => {
    expect(() => createServerKit({ auth, ...options })).toThrow(expect.objectContaining({ code }));
  });

  test('with a policy that does not parse, and lets go of what it had opened', async () => {
    const dataDirectory = await temporaryDirectory();
    const broken = createServerKit({ auth, dataDirectory, policies: '@id("x") permit (oops);' });
    await expect(broken.ready).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    expect(broken.health()).toEqual({ status: 'failed', audit: false });
    await startKit({ dataDirectory });
  });

  test('with a protection that no sandbox here gives', async () => {
    const kit = createServerKit({
      auth,
      dataDirectory: await temporaryDirectory(),
      sandbox: { require: ['disk'] },
    });
    await expect(kit.ready).rejects.toMatchObject({ code: 'PROTECTION_MISSING' });
  });

  test('with a data directory that is a file', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    const kit = createServerKit({ auth, dataDirectory: file });
    await expect(kit.ready).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});

test('the host hears of clients that come and go, and not of those that are refused', async () => {
  const { kit, url } = await startKit();
  const heard: unknown[] = [];
  const gone = new Promise<void>((resolve) => {
    kit.on('connection', (event) => {
      heard.push(event);
      if (!event.open) resolve();
    });
  });
  const refused = openRaw(url, { token: null });
  await new Promise((resolve) => {
    refused.on('close', resolve);
  });
  const client = await connectRaw(url);
  client.terminate();
  await gone;
  const about = { connectionId: client.connect['connection_id'], sessionId: client.sessionId };
  expect(heard).toEqual([
    { ...about, open: true },
    { ...about, open: false },
  ]);
});

test('health is told over REST, to anybody', async () => {
  const { rest } = await startKit();
  const response = await fetch(`${rest}/healthz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ready', audit: true });
});
