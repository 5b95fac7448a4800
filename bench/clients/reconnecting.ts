import PartySocket from 'partysocket/ws';
import ReconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket } from 'ws';
import manifest from '../package.json' with { type: 'json' };
import { padding, settings, type Asking, type Contestant } from './contestant.ts';
import type { Ledger } from './ledger.ts';
import { startPlainServer, type Question, type Statement } from './plain-server.ts';

/** A socket that reconnects by itself, and keeps what is sent meanwhile. */
interface ReconnectingSocket {
  send(text: string): void;
  close(): void;
}

/** Opens one that passes on what it hears. */
type Open = (url: string, on: { open(): void; message(text: string): void }) => ReconnectingSocket;

const options = {
  WebSocket,
  minReconnectionDelay: settings.minDelayMs,
  maxReconnectionDelay: settings.maxDelayMs,
  reconnectionDelayGrowFactor: 2,
  connectionTimeout: settings.connectTimeoutMs,
};

const openPartySocket: Open = (url, on) => {
  const socket = new PartySocket(url, [], options);
  socket.addEventListener('open', () => on.open());
  socket.addEventListener('message', ({ data }) => on.message(String(data)));
  return socket;
};

const openReconnectingWebSocket: Open = (url, on) => {
  const socket = new ReconnectingWebSocket(url, [], options);
  socket.addEventListener('open', () => on.open());
  socket.addEventListener('message', ({ data }) => on.message(String(data)));
  return socket;
};

/** The libraries that reconnect and no more, with the retry that an application would write. */
export const reconnecting: readonly Contestant[] = [
  contestant({
    name: `\`partysocket\` ${manifest.dependencies.partysocket} and a retry of the application`,
    ...{ meanBytes: 12_000, open: openPartySocket, retries: true },
  }),
  contestant({
    name: `\`reconnecting-websocket\` ${manifest.dependencies['reconnecting-websocket']} and a retry of the application`,
    ...{ meanBytes: 12_000, open: openReconnectingWebSocket, retries: true },
  }),
  contestant({
    name: `\`partysocket\` ${manifest.dependencies.partysocket}, no retry`,
    ...{ meanBytes: 8_000, open: openPartySocket, retries: false },
  }),
];

function contestant(given: {
  name: string;
  meanBytes: number;
  open: Open;
  retries: boolean;
}): Contestant {
  const { name, meanBytes, open, retries } = given;
  return {
    ...{ name, meanBytes, serve: startPlainServer },
    connect: (port, ledger) => connect(`ws://127.0.0.1:${port}`, ledger, open, retries),
  };
}

async function connect(url: string, ledger: Ledger, open: Open, retries: boolean): Promise<Asking> {
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  const { promise: opened, resolve: onOpen } = Promise.withResolvers<void>();
  const socket = open(url, {
    open: onOpen,
    message(text) {
      const statement = JSON.parse(text) as Statement;
      if ('push' in statement) ledger.received(statement.push);
      else waiting.get(statement.answer)?.resolve();
    },
  });
  await opened;
  return {
    ask(index) {
      const answer = Promise.withResolvers<void>();
      const send = () => socket.send(JSON.stringify({ index, text: padding } satisfies Question));
      const timer = setInterval(() => {
        if (retries) send();
        else answer.reject(new Error('No answer in time'));
      }, settings.retryMs);
      waiting.set(index, answer);
      send();
      return answer.promise.finally(() => {
        clearInterval(timer);
        waiting.delete(index);
      });
    },
    close() {
      socket.close();
      for (const { reject } of waiting.values()) reject(new Error('Closed'));
    },
  };
}
