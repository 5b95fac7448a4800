import type { WebSocketConstructor } from '../environment.ts';
import type { ChannelLike, LocksLike } from './page.ts';
import { SharedSocket } from './shared-socket.ts';

/** Options of {@link shareSocket}. Only `name` is needed. */
export interface ShareSocketOptions {
  /** Names the app. Its tabs share one socket for each session and user. */
  name: string;
  /** Opens the real sockets. @default the runtime's own */
  WebSocket?: WebSocketConstructor | undefined;
  /** Decides who leads. @default `navigator.locks` */
  locks?: LocksLike | undefined;
  /** Opens a channel between the tabs. @default a `BroadcastChannel` */
  createChannel?: ((name: string) => ChannelLike) | undefined;
  /** Keeps the client id that the tabs have in common. @default `localStorage` */
  storage?: Pick<Storage, 'getItem' | 'setItem'> | undefined;
}

/**
 * Makes a WebSocket class by which all tabs of an app use one socket. Each tab says in a handshake of
 * its own who it is, and then goes over to the socket that the others use; those of other sessions or
 * users it leaves alone. Where a page has no Web Locks or no `BroadcastChannel`, each tab keeps its own.
 * @example
 * const WebSocket = shareSocket({ name: 'my-app' });
 * const client = createClient({ url: '/ide/ws', sessionId, WebSocket });
 */
export function shareSocket(options: ShareSocketOptions): WebSocketConstructor {
  // The server knows a repeated request by its client: the id stays while the page lives.
  let clientId: string | null | undefined;

  return class extends SharedSocket {
    constructor(url: string, protocols: string[]) {
      const target = new URL(url);
      clientId ??= sharedId(options, target.searchParams.get('client'));
      if (clientId) target.searchParams.set('client', clientId);
      super(options, target.href, protocols);
    }
  };
}

/** The id that the first tab left for all; without a storage it is its own, and nothing is shared. */
function sharedId({ name, storage }: ShareSocketOptions, own: string | null): string | null {
  try {
    const ids = storage ?? localStorage;
    const key = `ide-assistant:${name}`;
    const id = ids.getItem(key) ?? own;
    if (id) ids.setItem(key, id);
    return id;
  } catch {
    return own;
  }
}
