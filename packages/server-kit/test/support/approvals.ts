import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApprovals, type Approvals } from '../../src/governance/index.ts';
import { openStorage } from '../../src/storage/index.ts';
import { decodeStatement } from '../../src/verification/in-toto.ts';
import { connectRaw, type Message, type RawClient } from './raw-client.ts';
import type { StartedKit } from './start-kit.ts';
import { token } from './tokens.ts';

/** Saves in `notes/` wait for a person, who may let the next ones pass. */
export const notesPolicy = `@id("notes") @decision("review") @code("NOTES") @reason("Notes wait")
  @approvers("developer,admin") @ttl("60") @grantable("true")
  forbid (principal, action == IDE::Action::"ide_file_save", resource)
  when { context.path like "notes/*" } unless { context.approved };`;

/** The first version of {@link save}'s file. */
export const save = (content: string, request_id = 'save', path = 'notes/a.txt') => ({
  ...{ type: 'file_save', request_id, path, content },
});

/** Joins the session `mine`; as Ada, a developer, unless told otherwise. */
export async function joinMine(
  url: string,
  {
    client = 'k1',
    ...user
  }: { sub?: string; roles?: readonly string[]; expiresIn?: number; client?: string } = {},
): Promise<RawClient> {
  return connectRaw(url, { token: await token(user), query: { session: 'mine', client } });
}

/** Sends a request that has to wait, and returns what approvers are told. */
export async function waiting(
  client: RawClient,
  request: Record<string, unknown>,
): Promise<Message> {
  const seen = client.messages.length;
  client.send(request);
  return client.next(
    (message) => message.type === 'approval_required' && client.messages.indexOf(message) >= seen,
  );
}

/** The message that decides about one. */
export const decide = (asked: Message, decision = 'approve', more: object = {}) => ({
  type: 'approval_resolve',
  approval_id: asked['approval_id'],
  request_hash: asked['request_hash'],
  decision,
  ...more,
});

/** The reply that ends a request. */
export const replyTo = (client: RawClient, requestId: string) =>
  client.next(
    ({ type, seq, request_id }) =>
      request_id === requestId && seq === undefined && type !== 'pending',
  );

/** The event that tells of an approval's state. */
export const told = (client: RawClient, state: string) =>
  client.next((event) => event.type === 'approval_resolved' && event['state'] === state);

/** Works on what a server that has stopped left in its store, as the server itself would. */
export async function withStore<Result>(
  { directory }: Pick<StartedKit, 'directory'>,
  work: (approvals: Approvals) => Promise<Result>,
  clock: () => number = Date.now,
): Promise<Result> {
  const storage = await openStorage({ directory: join(directory, 'store'), clock });
  try {
    return await work(createApprovals({ store: storage.approvals, clock }));
  } finally {
    await storage.close();
  }
}

/** Entries of phase `approval`, and what let things happen, as `phase outcome`. */
export async function trailOf({ directory }: Pick<StartedKit, 'directory'>) {
  const text = await readFile(join(directory, 'audit', 'log.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) =>
      decodeStatement(Buffer.from((JSON.parse(line) as { payload: string }).payload, 'base64')),
    );
}
