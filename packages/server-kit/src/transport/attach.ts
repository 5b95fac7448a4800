import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { claimUpgrade } from './claim-upgrade.ts';
import { subprotocol } from './handshake.ts';
import { isOriginAllowed } from './origin.ts';
import type { SocketLike } from './socket.ts';

/** Serves WebSockets of one path on a server that belongs to somebody else. */
export function attachWebSockets(options: {
  server: Server;
  path: string;
  maxMessageBytes: number;
  allowedOrigins: readonly string[] | undefined;
  /** Says why no more connections are taken; null when they are. */
  refusal: () => string | null;
  accept: (socket: SocketLike, request: IncomingMessage) => void;
}): () => void {
  const { server, path, maxMessageBytes, allowedOrigins, refusal, accept } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    clientTracking: false,
    // Echoing the first offer, as ws does by itself, could send a token back.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  return claimUpgrade(
    server,
    (asked) => asked === path,
    (request, socket, head) => {
      if (!isOriginAllowed(request.headers, allowedOrigins)) {
        refuseUpgrade(socket, '403 Forbidden');
        return;
      }
      const reason = refusal();
      if (reason !== null) {
        refuseUpgrade(socket, `503 ${reason}`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        accept(adaptWebSocket(webSocket), request);
      });
    },
  );
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Gives a socket of the `ws` package the shape that the kit needs. */
export function adaptWebSocket(webSocket: WebSocket): SocketLike {
  // An oversize frame makes ws emit an error and close with 1009 by itself.
  webSocket.on('error', () => undefined);
  // What comes before anybody listens, as while the kit starts, would be lost.
  webSocket.pause();
  return {
    send: (data) => webSocket.send(data),
    close(code, reason) {
      webSocket.resume();
      webSocket.close(code, reason);
    },
    terminate: () => webSocket.terminate(),
    get bufferedBytes() {
      return webSocket.bufferedAmount;
    },
    onMessage(listener) {
      webSocket.on('message', (data, isBinary) => {
        const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
        listener(isBinary ? bytes : bytes.toString('utf8'));
      });
      webSocket.resume();
    },
    onClose: (listener) => webSocket.on('close', listener),
  };
}
