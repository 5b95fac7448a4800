import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssistantEvent } from '../../src/index.ts';
import { imagesOf, type CrashImage } from './crash-images.ts';
import { connectRaw, type Message, type RawClient } from './raw-client.ts';
import { startKit, stopKit, type StartedKit } from './start-kit.ts';

/** A request whose effect must not repeat. */
export type Sent = { type: string; request_id: string } & Record<string, unknown>;

/** A server with the client whose request is cut off. */
export interface Started {
  kit: StartedKit;
  client: RawClient;
  /** What a file holds; null where none is. */
  read: (path: string) => Promise<string | null>;
}

/** Proposes whatever edit it is told as JSON. */
async function* editor({ message }: { message: string }): AsyncGenerator<AssistantEvent> {
  yield { type: 'edit', description: 'as told', ...JSON.parse(message) };
}

/** Connects another client of the same session. */
export const joinAs = (url: string, client: string) =>
  connectRaw(url, { query: { session: 'mine', client } });

/** Starts a server, on what a crash has left if that is given. */
export async function start(dataDirectory?: string): Promise<Started> {
  const kit = await startKit({ assistant: editor, ...(dataDirectory ? { dataDirectory } : {}) });
  const read = (path: string) =>
    readFile(join(kit.workspaceOf('mine'), path), 'utf8').catch(() => null);
  return { kit, client: await joinAs(kit.url, 'k1'), read };
}

/** Plays a request to its end, with an image of the disk before each change that it makes. */
export async function play(
  prepare: (client: RawClient) => Promise<Sent>,
  settled: (client: RawClient) => Promise<unknown> = () => Promise.resolve(),
) {
  const { kit, client } = await start();
  const sent = await prepare(client);
  let reply: Message = { type: '' };
  const images = await imagesOf(kit.directory, async () => {
    reply = await client.ask(sent);
    await settled(client);
  });
  await stopKit(kit);
  return { sent, reply, images };
}

/** A server on what a crash has left, where somebody acts before the request is repeated. */
export async function repeat(
  { directory }: CrashImage,
  sent: Sent,
  meanwhile: (other: RawClient) => Promise<unknown> = () => Promise.resolve(),
) {
  const started = await start(directory);
  const other = await joinAs(started.kit.url, 'k2');
  const answer = (await meanwhile(other)) as Message;
  return { ...started, other, answer, reply: await started.client.ask(sent) };
}

/** A reply without its proof, which every repeat has of its own. */
export const unsigned = ({ verification_id: _id, timestamp: _at, ...reply }: Message) => reply;

export const save = (path: string, content: string) => ({ type: 'file_save', path, content });
export const oldText = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n';
export const newText = oldText.replace('one', 'ONE').replace('nine', 'NINE');
export const unsafe = 'import yaml\n\n\ndef load(stream):\n    return yaml.load(stream)\n';
export const safe = unsafe.replace('yaml.load', 'yaml.safe_load');

export const proposal = async (client: RawClient, path = 'a.txt', content = newText) => {
  if (path === 'a.txt') await client.ask(save(path, oldText));
  const answer = await client.ask({ type: 'chat', message: JSON.stringify({ path, content }) });
  return (answer['diffs'] as string[])[0];
};
export const apply = async (client: RawClient): Promise<Sent> => ({
  type: 'diff_apply',
  request_id: 'x',
  diff_id: await proposal(client),
});
export const reject = async (client: RawClient): Promise<Sent> => ({
  ...(await apply(client)),
  type: 'diff_reject',
});
export const quarantine = async (client: RawClient): Promise<Sent> => {
  await client.ask(save('bad.py', 'bad'));
  return { type: 'auto_quarantine', request_id: 'x', file_path: 'bad.py' };
};
export const restore = async (client: RawClient): Promise<Sent> => {
  const { quarantine_path } = await client.ask({ ...(await quarantine(client)), request_id: 'q' });
  return { type: 'quarantine_restore', request_id: 'x', quarantine_path };
};
export const fix = async (client: RawClient): Promise<Sent> => {
  await client.ask(save('load.py', unsafe));
  return { type: 'auto_fix', request_id: 'x', file_path: 'load.py' };
};
export const deletion = { type: 'file_delete', request_id: 'del', path: 'folder', recursive: true };
export const decision =
  (decision: string) =>
  async (client: RawClient): Promise<Sent> => {
    await client.ask(save('folder/a.txt', 'a'));
    client.send(deletion);
    const { approval_id, request_hash } = await client.next(
      ({ type }) => type === 'approval_required',
    );
    return { type: 'approval_resolve', request_id: 'x', approval_id, request_hash, decision };
  };
export const entries = async (client: RawClient) =>
  (await client.ask({ type: 'quarantine_list' }))['entries'];
export const copies = ({ kit }: Started) =>
  readdir(join(kit.directory, 'store', 'quarantine')).catch(() => []);
