import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Handles an upgrade that is ours. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Takes the upgrades of one path away from whoever else listens on the server, and leaves the
 * others alone.
 *
 * A plain `upgrade` listener is not enough beside neighbours: one of them answers 404 or 400 to a
 * path that it does not know, another destroys the socket after a second. So the event itself is
 * intercepted, whatever the order of registration. Where nobody else listens, an upgrade of an
 * unknown path is answered 404 rather than left hanging.
 *
 * @param server The host's HTTP server; it is neither started nor closed here.
 * @param isOurs Whether a request path (without query) is ours.
 * @returns Gives the upgrades back.
 */
export function claimUpgrade(
  server: Server,
  isOurs: (path: string) => boolean,
  handle: UpgradeHandler,
): () => void {
  const sentinel = (_request: IncomingMessage, socket: Duplex) => {
    if (server.listenerCount('upgrade') === 1) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
  };
  // Node answers upgrades as plain requests while nobody listens, so there is always one listener.
  server.on('upgrade', sentinel);

  const original = server.emit;
  const claimed = function emit(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'upgrade') {
      const [request, socket, head] = args as [IncomingMessage, Duplex, Buffer];
      const [path = '/'] = (request.url ?? '/').split('?', 1);
      if (isOurs(path)) {
        // A reset while the handshake waits would otherwise end the process.
        socket.on('error', () => socket.destroy());
        handle(request, socket, head);
        return true;
      }
    }
    return Reflect.apply(original, this, [event, ...args]) as boolean;
  };
  server.emit = claimed;

  return () => {
    server.off('upgrade', sentinel);
    // Somebody may have wrapped `emit` after us; their wrapper must keep working.
    if (server.emit === claimed) server.emit = original;
    else isOurs = () => false;
  };
}
