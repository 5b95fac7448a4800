import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@ide-assistant/sdk';
import { createServerKit, type AssistantLike } from '@ide-assistant/server-kit';
import { WebSocket } from 'ws';
import { benchToken, tokenOptions } from '../token.ts';
import { padding, settings, type Contestant } from './contestant.ts';
import type { Ledger } from './ledger.ts';

const sessionId = 'bench';

/**
 * Ours, against the real server kit. A request is a `chat`: the kit can take back nothing of what an
 * assistant does, so it must ask it once. A push is an event that the host publishes.
 */
export const ideAssistant: Contestant = {
  name: '`@ide-assistant/sdk`',
  meanBytes: 90_000,

  async serve(ledger) {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'ide-bench-'));
    const kit = createServerKit({
      ...{ auth: tokenOptions, dataDirectory, assistant: countingAssistant(ledger) },
      // The load is on purpose, and comes from one user.
      limits: { messagesPerSecond: Infinity, operationsPerMinute: { chat: Infinity } },
    });
    await kit.ready;
    const server = createServer(kit.handler);
    kit.attach(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return {
      port: (server.address() as AddressInfo).port,
      push(number) {
        kit.publish(sessionId, 'session_update', { update_type: 'push', details: { number } });
      },
      async close() {
        await kit.close({ graceMs: 0 });
        server.closeAllConnections();
        server.close();
        await rm(dataDirectory, { recursive: true, force: true });
      },
    };
  },

  async connect(port, ledger) {
    const client = createClient({
      url: `ws://127.0.0.1:${port}/ide/ws`,
      ...{ sessionId, token: await benchToken(), WebSocket, timeoutMs: 0 },
      connectTimeoutMs: settings.connectTimeoutMs,
      backoff: { minMs: settings.minDelayMs, maxMs: settings.maxDelayMs },
    });
    client.on('session_update', ({ details }) => ledger.received(Number(details['number'])));
    await new Promise<void>((resolve) => {
      client.on('status', ({ state }) => {
        if (state === 'connected') resolve();
      });
      client.connect();
    });
    return {
      async ask(index) {
        const text = `${index} ${padding}`;
        const { message } = await client.request('chat', { message: text });
        if (message.content !== text) throw new Error(`the answer to ${index} is of another`);
      },
      close: client.close,
    };
  },
};

/** Says what it was asked; that it was asked is the effect. */
function countingAssistant(ledger: Ledger): AssistantLike {
  return async function* repeat({ message }) {
    ledger.tookEffect(Number.parseInt(message, 10));
    await delay(settings.workMs);
    yield { type: 'text', delta: message };
  };
}
