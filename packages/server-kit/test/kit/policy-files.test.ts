import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startKit, temporaryDirectory } from '../support/start-kit.ts';

const save = { type: 'file_save', path: 'notes.txt', content: 'a' };

const forbid = (attribute: string) => `@id("no-notes")
@decision("block")
@code("NOTES")
@reason("Notes are not written")
forbid (principal, action in IDE::Action::"write", resource)
when { context.${attribute} == "notes.txt" };
`;

/** A policy file whose text changes in one step. */
async function policyFile(text: string) {
  const directory = await temporaryDirectory();
  const path = join(directory, 'host.cedar');
  const write = async (content: string) => {
    const temporary = join(directory, `.${randomUUID()}`);
    await writeFile(temporary, content);
    await rename(temporary, path);
  };
  await write(text);
  return { path, write };
}

describe('policies of the host in a file', () => {
  test('hold beside the default ones', async () => {
    const { path } = await policyFile(forbid('pathLower'));
    const { url } = await startKit({ policyFiles: [path] });
    const client = await connectRaw(url);
    expect(await client.ask(save)).toMatchObject({
      type: 'blocked',
      reason: 'Notes are not written',
    });
    expect(await client.ask({ ...save, path: 'b.txt' })).toMatchObject({ type: 'file_saved' });
  });

  test('as the documentation has them hold back who moves a directory onto a protected one, or away', async () => {
    const page = new URL('../../../../docs/governance.md', import.meta.url);
    const [, text = ''] = /```cedar\n([^]*?)```/.exec(await readFile(page, 'utf8')) ?? [];
    const { path } = await policyFile(text);
    const { url } = await startKit({ policyFiles: [path] });
    const client = await connectRaw(url);
    await client.ask({ type: 'file_create', path: 'other/1.sql', content: 'DROP' });
    for (const [old_path, new_path] of [
      ['other', 'db/migrations'],
      ['other', 'db'],
      ['db/migrations', 'other'],
      ['DB', 'other'],
    ]) {
      const request_id = `${old_path} to ${new_path}`;
      client.send({ type: 'file_rename', old_path, new_path, request_id });
      expect(await client.next((message) => message['request_id'] === request_id)).toMatchObject({
        type: 'pending',
        reason: 'Migrations run against production data',
      });
    }
  });

  test('with a typo refuse to start, and say where', async () => {
    const { path } = await policyFile(forbid('pathlower'));
    await expect(startKit({ policyFiles: [path] })).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringContaining(`${path}:6`) as string,
    });
  });

  test('come into force by themselves when they change, for the next request of an open connection', async () => {
    const { path, write } = await policyFile(forbid('pathLower'));
    const { url } = await startKit({ policyFiles: [path] });
    const client = await connectRaw(url);
    expect(await client.ask(save)).toMatchObject({ type: 'blocked' });
    await write(forbid('pathLower').replace('notes.txt', 'other.txt'));
    await expect
      .poll(() => client.ask(save).then(({ type }) => type), { timeout: 20_000 })
      .toBe('file_saved');
    expect(await client.ask({ ...save, path: 'other.txt' })).toMatchObject({ type: 'blocked' });
  });

  test('that become faulty change nothing; the operator is told, and so is who asks for it', async () => {
    const told: string[] = [];
    const { path, write } = await policyFile(forbid('pathLower'));
    const ignore = () => undefined;
    const { url, kit } = await startKit({
      policyFiles: [path],
      logger: {
        debug: ignore,
        info: ignore,
        warn: ignore,
        error: (fields, message) => told.push(`${message} ${JSON.stringify(fields)}`),
      },
    });
    const client = await connectRaw(url);
    await write('permit (principal, action, resource)');
    await expect(kit.reloadPolicies()).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    expect(await client.ask(save)).toMatchObject({ type: 'blocked' });
    expect(told.join()).toContain('those before hold');
  });
});
