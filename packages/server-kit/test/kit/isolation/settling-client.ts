import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { openRaw, type Message } from '../../support/raw-client.ts';
import { token } from '../../support/tokens.ts';
import type { HostApp } from './host-app.ts';

/** A client for thousands of requests, of which none is kept. */
export interface SettlingClient {
  /** Sends a request, approves it where a person has to, and resolves with its reply. */
  settle(request: object): Promise<Message>;
  /** Messages, of any kind, in which one of the texts was found that none may hold. */
  readonly leaks: readonly Message[];
}

/** No request takes longer, however much is in its way, milliseconds. */
const patienceMs = 15_000;

/** Connects to a user's session; `secrets` are what no message may hold. */
export async function openSettlingClient(
  { port }: HostApp,
  user: string,
  secrets: readonly string[],
): Promise<SettlingClient> {
  const socket = openRaw(`ws://127.0.0.1:${port}/ide/ws`, {
    token: await token({ sub: user }),
    query: { session: user, client: 'k2' },
  });
  onTestFinished(() => socket.terminate());
  const waiting = new Map<unknown, (reply: Message) => void>();
  const leaks: Message[] = [];
  const connected = Promise.withResolvers<void>();

  const send = (message: object): void => socket.send(JSON.stringify(message));
  socket.on('message', (data) => {
    const text = (data as Buffer).toString('utf8');
    const message = JSON.parse(text) as Message;
    if (secrets.some((secret) => text.includes(secret))) leaks.push(message);
    if (message.type === 'connect') connected.resolve();
    if (message.type === 'approval_required') {
      const { approval_id, request_hash } = message;
      const decision = { approval_id, request_hash, decision: 'approve' };
      send({ type: 'approval_resolve', request_id: randomUUID(), ...decision });
      return;
    }
    // An event names the request that caused it, too.
    if (message['seq'] === undefined && message.type !== 'pending') {
      waiting.get(message['request_id'])?.(message);
    }
  });
  await connected.promise;

  return {
    leaks,
    settle(request) {
      const request_id = randomUUID();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`This request hangs: ${JSON.stringify(request)}`)),
          patienceMs,
        );
        waiting.set(request_id, (reply) => {
          clearTimeout(timer);
          waiting.delete(request_id);
          resolve(reply);
        });
        send({ request_id, ...request });
      });
    },
  };
}
