import { createServer, type AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';

/** Says what becomes of one frame: the frames that are sent on in its place. */
export type FrameFault = (frame: string, direction: 'up' | 'down') => readonly string[];

/** A proxy that knows frames, so that it can repeat, hold back and make them up. */
export interface FrameProxy {
  readonly url: string;
  /** Connections that were opened. */
  readonly opened: number;
  fault: FrameFault;
  /** Closes all clients with this code, as a server or something between might. */
  closeClients(code: number, reason?: string): void;
  /** Sends a frame of its own to all clients. */
  sendToClients(frame: string | Uint8Array): void;
  close(): Promise<void>;
}

/** How long a frame is held back where no other follows that could overtake it, milliseconds. */
const heldMs = 20;

/** Starts the proxy. With `overtake` a frame is now and then sent after the one that follows it. */
export async function startFrameProxy(
  target: string,
  options: { fault?: FrameFault; overtake?: (direction: 'up' | 'down') => boolean } = {},
): Promise<FrameProxy> {
  const port = await freePort();
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port,
    perMessageDeflate: false,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  let opened = 0;

  server.on('connection', (near, request) => {
    opened += 1;
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
    const query = request.url?.split('?')[1] ?? '';
    const far = new WebSocket(`${target}?${query}`, protocols, { perMessageDeflate: false });
    const up = lane(far, 'up');
    const down = lane(near, 'down');
    const frameOf = (data: RawData, isBinary: boolean) =>
      isBinary ? (data as Buffer) : (data as Buffer).toString('utf8');
    near.on('message', (data, isBinary) => up(frameOf(data, isBinary)));
    far.on('message', (data, isBinary) => down(frameOf(data, isBinary)));
    near.on('close', () => far.terminate());
    far.on('close', (code, reason) => closeLike(near, code, reason.toString()));
    for (const socket of [near, far]) socket.on('error', () => socket.terminate());
  });

  const proxy: FrameProxy = {
    url: `ws://127.0.0.1:${port}/ide/ws`,
    get opened() {
      return opened;
    },
    fault: options.fault ?? ((frame) => [frame]),
    closeClients(code, reason = '') {
      for (const client of server.clients) closeLike(client, code, reason);
    },
    sendToClients(frame) {
      for (const client of server.clients) client.send(frame);
    },
    async close() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return proxy;

  /** One direction of a connection. */
  function lane(to: WebSocket, direction: 'up' | 'down') {
    const waiting: (string | Buffer)[] = [];
    let held: string | null = null;
    let timer: NodeJS.Timeout | undefined;
    const write = (frame: string | Buffer) => {
      if (to.readyState === WebSocket.OPEN) to.send(frame);
      else if (to.readyState === WebSocket.CONNECTING) waiting.push(frame);
    };
    to.on('open', () => {
      for (const frame of waiting.splice(0)) to.send(frame);
    });
    const release = () => {
      clearTimeout(timer);
      const frame = held;
      held = null;
      if (frame !== null) write(frame);
    };
    return (frame: string | Buffer) => {
      const isGreeting = typeof frame === 'string' && frame.startsWith('{"type":"connect"');
      const frames =
        typeof frame === 'string' && !isGreeting ? proxy.fault(frame, direction) : [frame];
      for (const each of frames) {
        // A greeting is the first that a connection hears; nothing comes before it.
        if (
          held === null &&
          !isGreeting &&
          typeof each === 'string' &&
          options.overtake?.(direction)
        ) {
          held = each;
          timer = setTimeout(release, heldMs);
        } else {
          write(each);
          release();
        }
      }
    };
  }
}

/** Closes with a code, or as a lost network does where the code may not be sent. */
function closeLike(socket: WebSocket, code: number, reason: string): void {
  if (code === 1005 || code === 1006 || code === 1015) socket.terminate();
  else socket.close(code, reason);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
