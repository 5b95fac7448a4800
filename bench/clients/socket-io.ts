import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import manifest from '../package.json' with { type: 'json' };
import { padding, settings, type Contestant } from './contestant.ts';

interface ToServer {
  operation(index: number, text: string, answer: (index: number) => void): void;
}

interface ToClient {
  push(number: number): void;
}

/** socket.io with all that it has against cuts: repeated packets, and pushes kept for a returning client. */
export const socketIo: Contestant = {
  name: `\`socket.io-client\` ${manifest.dependencies['socket.io-client']}, \`retries\` and connection state recovery`,
  meanBytes: 10_000,

  async serve(ledger) {
    const http = createServer();
    const server = new Server<ToServer, ToClient>(http, {
      connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
      transports: ['websocket'],
    });
    server.on('connection', (socket) => {
      socket.on('operation', (index, _text, answer) => {
        ledger.tookEffect(index);
        setTimeout(answer, settings.workMs, index);
      });
    });
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    return {
      port: (http.address() as AddressInfo).port,
      push: (number) => void server.emit('push', number),
      close: () => server.close(),
    };
  },

  async connect(port, ledger) {
    const socket: Socket<ToClient, ToServer> = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      retries: 20,
      ackTimeout: settings.retryMs,
      timeout: settings.connectTimeoutMs,
      reconnectionDelay: settings.minDelayMs,
      reconnectionDelayMax: settings.maxDelayMs,
    });
    socket.on('push', (number) => ledger.received(number));
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
    });
    return {
      async ask(index) {
        await socket.emitWithAck('operation', index, padding);
      },
      close: () => void socket.disconnect(),
    };
  },
};
