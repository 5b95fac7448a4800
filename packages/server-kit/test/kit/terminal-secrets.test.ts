import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { connectRaw, type Message, type RawClient } from '../support/raw-client.ts';
import { scriptedDriver } from '../support/scripted-driver.ts';
import { startKit, stopKit } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const canary = 'hunter2-correct-horse';
const query = { session: 'mine' };

/** A policy under which a person would have to approve what is typed in his session. */
const reviewed = `@id("typing") @decision("review") @code("TYPING") @reason("Typing is looked at")
  @approvers("developer") @ttl("60")
  forbid (principal, action == IDE::Action::"ide_terminal_input", resource)
  when { context.sessionId == "looked-at" } unless { context.approved };`;

/** All that a kit with a terminal has written to disk and to its log. */
async function afterTyping(type: (client: RawClient, terminal_id: string) => Promise<unknown>) {
  const logged: string[] = [];
  const log = (fields: object, message: string) =>
    void logged.push(inspect(fields, { depth: 9 }), message);
  const driver = scriptedDriver();
  const kit = await startKit({
    sandbox: { drivers: [driver] },
    policies: reviewed,
    limits: { terminalInputBytes: 64 },
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const client = await connectRaw(kit.url, { query });
  const opened = await client.ask({ type: 'terminal_open', cols: 80, rows: 24 });
  await type(client, opened['terminal_id'] as string);
  const viewer = await connectRaw(kit.url, { token: await token({ roles: ['viewer'] }) });
  const looked = await connectRaw(kit.url, { query: { session: 'looked-at' } });
  const input = { type: 'terminal_input', terminal_id: opened['terminal_id'], data: canary };
  const refusals = [await viewer.ask(input), await looked.ask(input)];
  const heard = [client, viewer, looked].flatMap(({ messages }) => messages);
  await stopKit(kit);
  return { kit, driver, logged, heard, refusals };
}

/** What the files below a directory hold, and what they hold as base64. */
async function textsBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const text = (await readFile(join(parentPath, name))).toString('latin1');
      const encoded = text.match(/[\w+/-]{24,}={0,2}/g) ?? [];
      return [text, ...encoded.map((part) => Buffer.from(part, 'base64').toString())].join('\n');
    }),
  );
}

test('what is typed is nowhere afterwards: not in the store, the audit log, the log or a message', async () => {
  const { kit, driver, logged, heard, refusals } = await afterTyping(
    async (client, terminal_id) => {
      const input = { type: 'terminal_input', terminal_id };
      await client.ask({ ...input, data: `${canary}\r` });
      await client.ask({ ...input, data: canary, request_id: 'twice' });
      await client.ask({ ...input, data: canary, request_id: 'twice' });
      await client.ask({ ...input, data: canary.repeat(9) });
      await client.ask({ ...input, data: [canary] });
      await client.ask({ ...input, data: canary, unknown: canary });
      await client.ask({ ...input, terminal_id: 'none', data: canary });
    },
  );
  // It did reach the program.
  expect(driver.terminals.map(({ received }) => received)).toEqual([[`${canary}\r`, canary]]);
  expect(refusals).toMatchObject([{ type: 'blocked' }, { type: 'blocked' }]);

  const files = await textsBelow(kit.directory);
  for (const kept of ['"action":"ide_terminal_open"', 'SECRET_INPUT', 'terminal_ack']) {
    expect(files.some((text) => text.includes(kept))).toBe(true);
  }
  const hashes = [canary, `${canary}\r`].flatMap((text) => {
    const hash = createHash('sha256').update(text).digest();
    return [hash.toString('hex'), hash.toString('base64'), hash.toString('base64url')];
  });
  for (const trace of [canary, Buffer.from(canary).toString('base64'), ...hashes]) {
    expect(files.filter((text) => text.includes(trace))).toEqual([]);
    expect(logged.filter((line) => line.includes(trace))).toEqual([]);
    expect(heard.filter((message) => JSON.stringify(message).includes(trace))).toEqual([]);
  }
});

test('the log tells of a refused input how long it was and nothing to guess it by', async () => {
  const kit = await startKit({ sandbox: { drivers: [scriptedDriver()] } });
  const viewer = await connectRaw(kit.url, { token: await token({ roles: ['viewer'] }) });
  const inputHashOf = async (data: string) => {
    const { audit_id: verification_id } = await viewer.ask({
      ...{ type: 'terminal_input', terminal_id: 't', data },
    });
    const { envelope } = (await viewer.ask({ type: 'audit_get', verification_id })) as Message & {
      envelope: { payload: string };
    };
    const statement = Buffer.from(envelope.payload, 'base64').toString();
    return /"input":{"sha256":"([0-9a-f]{64})"}/.exec(statement)?.[1];
  };
  const first = await inputHashOf('secret-1');
  expect(first).toBeDefined();
  expect(await inputHashOf('secret-2')).toBe(first);
  expect(await inputHashOf('another length')).not.toBe(first);
});

test('what may not be kept is refused rather than put before an approver', async () => {
  const kit = await startKit({ sandbox: { drivers: [scriptedDriver()] }, policies: reviewed });
  const client = await connectRaw(kit.url, { query: { session: 'looked-at' } });
  const { terminal_id } = await client.ask({ type: 'terminal_open', cols: 80, rows: 24 });
  expect(await client.ask({ type: 'terminal_input', terminal_id, data: 'x' })).toMatchObject({
    ...{ type: 'blocked', action: 'ide_terminal_input' },
    reason: expect.stringContaining('may not be kept') as string,
  });
  expect(await client.ask({ type: 'approval_list' })).toMatchObject({ approvals: [] });
});
