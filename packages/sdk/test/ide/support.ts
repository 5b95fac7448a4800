import { vi } from 'vitest';
import {
  createIde,
  type Client,
  type ClientOptions,
  type Ide,
  type IdeState,
} from '../../src/index.ts';
import { connectTo, statusOf } from '../support/client.ts';
import type { Message } from '../support/session.ts';
import { TestServer } from '../support/server.ts';

/** An editor on a real server; ends with `await using`. */
export interface Bench extends AsyncDisposable {
  server: TestServer;
  client: Client;
  ide: Ide;
  /** Resolves with the first state that fits. */
  until(fits: (state: IdeState) => boolean): Promise<IdeState>;
  /** Cuts the socket; there is no other one yet. */
  lose(): Promise<void>;
  /** Cuts the socket and waits for the next one. */
  cut(): Promise<void>;
}

export async function bench(options: Partial<ClientOptions> = {}): Promise<Bench> {
  const server = await TestServer.start();
  const client = connectTo(server.url, options);
  const ide = createIde(client);
  client.connect();
  await statusOf(client, 'connected');
  const lose = async () => {
    server.cutSockets();
    await statusOf(client, 'reconnecting');
  };
  return {
    ...{ server, client, ide, lose },
    until: (fits) =>
      vi.waitUntil(() => (fits(ide.state) ? ide.state : false), { timeout: 4000, interval: 2 }),
    async cut() {
      await lose();
      await statusOf(client, 'connected');
    },
    async [Symbol.asyncDispose]() {
      ide.close();
      client.close();
      await server.stop();
    },
  };
}

/** A promise and the function that fulfils it. */
export function gate(): { held: Promise<void>; open: () => void } {
  let open = () => {};
  const held = new Promise<void>((resolve) => (open = resolve));
  return { held, open: () => open() };
}

export const diffOf = (diffId: string): Message => ({
  ...{ type: 'diff', diff_id: diffId, path: 'a.py', language: 'python', base_hash: null },
  ...{ old_content: '', new_content: 'x', description: 'adds x' },
  hunks: ['h1', 'h2'].map((id) => ({
    ...{ id, old_start: 1, old_lines: 0, new_start: 1, new_lines: 1, lines: ['+x'] },
  })),
});

export const approvalOf = (approvalId: string): Message => ({
  ...{ type: 'approval_required', approval_id: approvalId, request_hash: 'sha256:7' },
  ...{ action: 'ide_file_delete', resource: 'a.py', reasons: ['review'], requested_by: 'ada' },
  ...{ approvers: ['lead'], four_eyes: true, expires_at: '2030-01-01T00:00:00.000Z', preview: '' },
});
