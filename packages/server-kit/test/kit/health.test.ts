import { describe, expect, test } from 'vitest';
import { scriptedDriver } from '../support/scripted-driver.ts';
import { startKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const isPublic = { status: 'ready', audit: true };

const ask = async (rest: string, authorization?: string) => {
  const response = await fetch(`${rest}/healthz`, {
    headers: authorization === undefined ? {} : { authorization },
  });
  return { status: response.status, body: await response.json() };
};

describe('GET /healthz', () => {
  test('tells an admin what the sandbox is and how well it holds', async () => {
    const driver = scriptedDriver(undefined, { languages: ['python'], fix: 'mend it' });
    const { rest } = await startKit({ sandbox: { drivers: [driver] } });
    const admin = await token({ roles: ['admin'] });
    const { status, body } = await ask(rest, `Bearer ${admin}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...isPublic,
      sandbox: {
        ...{ driver: 'scripted', isolation: 'namespace', languages: ['python'], terminal: true },
        protections: expect.objectContaining({
          paths: { level: 'enforced', by: 'open directories' },
          filesystem: { level: 'enforced', by: 'the test' },
        }) as object,
        warnings: ['It is a test.'],
        fix: 'mend it',
      },
    });
  });

  test.each([
    ['anybody', () => Promise.resolve(undefined)],
    ['a developer', async () => `Bearer ${await token()}`],
    [
      'an admin whose token has ended',
      async () => `Bearer ${await token({ roles: ['admin'], expiresIn: -60 })}`,
    ],
    ['a token that is none', () => Promise.resolve('Bearer nonsense')],
    ['a scheme of another kind', () => Promise.resolve('Basic YTpi')],
    ['an empty token', () => Promise.resolve('Bearer ')],
  ])('tells %s that the server lives, and no more', async (_who, authorization) => {
    const { rest } = await startKit({ sandbox: { drivers: [scriptedDriver()] } });
    expect(await ask(rest, await authorization())).toEqual({ status: 200, body: isPublic });
  });

  test('counts no token against its address, however wrong and often', async () => {
    const { rest } = await startKit({
      trustProxy: 1,
      limits: { authFailures: 2 },
      sandbox: { drivers: [scriptedDriver()] },
    });
    const from = { 'x-forwarded-for': '192.0.2.1' };
    for (let count = 0; count < 5; count += 1) {
      const headers = { ...from, authorization: 'Bearer a.b.c' };
      expect((await fetch(`${rest}/healthz`, { headers })).status).toBe(200);
    }
    const headers = { ...from, authorization: `Bearer ${await token()}` };
    expect((await fetch(`${rest}/approvals`, { headers })).status).toBe(200);
  });

  test('asks the host about nobody: a probe is not signed in', async () => {
    const { rest } = await startKit({
      sandbox: { drivers: [scriptedDriver()] },
      authenticate: () => {
        throw new Error('The host was asked.');
      },
    });
    expect(await ask(rest)).toEqual({ status: 200, body: isPublic });
  });
});
