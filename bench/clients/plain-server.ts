import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { settings, type Serving } from './contestant.ts';
import type { Ledger } from './ledger.ts';

/** What the plain server is asked, and what it says. */
export type Question = { index: number; text: string };
export type Statement = { answer: number } | { push: number };

/** A WebSocket server as one writes it first: it does what it is asked and tells who is there. */
export async function startPlainServer(ledger: Ledger): Promise<Serving> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    // A connection that is cut within a frame is an error of the socket, which closes by itself.
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const { index } = JSON.parse((data as Buffer).toString()) as Question;
      ledger.tookEffect(index);
      const text = JSON.stringify({ answer: index } satisfies Statement);
      // To where the question came from: this server knows nobody by another name than a socket.
      setTimeout(() => socket.send(text), settings.workMs);
    });
  });
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    push(number) {
      const text = JSON.stringify({ push: number } satisfies Statement);
      for (const socket of server.clients) socket.send(text);
    },
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
