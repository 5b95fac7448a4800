import {
  closeCodes,
  isOperationName,
  type ConnectMessage,
  type ErrorCode,
  type Topic,
} from '@ide-assistant/sdk/protocol';
import { isLoopback, networkOf, refuseToken, type Identity } from '../auth/index.ts';
import { busyRetryMs, RequestError, tooMany } from '../errors.ts';
import type { Parts } from '../parts.ts';
import {
  errorMessage,
  type Session,
  type SessionConnection,
  type SessionRegistry,
  type Welcome,
} from '../session/index.ts';
import { connectMessageOf } from './connect-message.ts';
import { answerToPing, parseFrame, refusalOf } from './frames.ts';
import { readHandshake, tokenOf, type Handshake, type UpgradeRequest } from './handshake.ts';
import { guarded, identify, type HostAuthenticate } from './identify.ts';
import type { SocketLike } from './socket.ts';

/** An open connection, for the kit's heartbeat and shutdown. */
export interface Connection {
  readonly id: string;
  readonly session: Session | null;
  /** Time of the last frame from the client, epoch milliseconds. */
  readonly lastSeen: number;
  /** Who is connected; null until that is known. */
  readonly identity: Identity | null;
  readonly bufferedBytes: number;
  send(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
}

const crowded = 'There are too many connections already.';

/** Characters of an unknown type that its sender is told of. */
const maxTypeLength = 64;

/** Frames that may arrive before the client is known; more than these close the connection. */
const maxEarlyFrames = 64;

/** Talks to one client from its handshake to its end. */
export function openConnection(options: {
  parts: Parts;
  registry: SessionRegistry;
  socket: SocketLike;
  request: UpgradeRequest;
  authenticate: HostAuthenticate | undefined;
  /** Called once the client is known and its session joined. */
  onJoin: (connection: Connection) => void;
  onClose: (connection: Connection) => void;
}): Connection {
  const { parts, registry, socket, request, authenticate, onJoin, onClose } = options;
  const { limits, clock } = parts;
  // While the socket is open: of one that has ended nobody knows where it came from.
  const address = parts.addressOf(request);
  const early: (string | Uint8Array)[] = [];
  let joined: { session: Session; member: SessionConnection } | null = null;
  let identity: Identity | null = null;
  let renewals = 0;
  let lastRenewal = 0;
  let lastSeen = clock();
  let isClosed = false;
  const releases: (() => void)[] = [];

  const connection: Connection = {
    id: parts.createId('c'),
    get session() {
      return joined?.session ?? null;
    },
    get lastSeen() {
      return lastSeen;
    },
    get identity() {
      return identity;
    },
    get bufferedBytes() {
      return isClosed ? 0 : socket.bufferedBytes;
    },
    send(data) {
      if (isClosed) return;
      if (socket.bufferedBytes + data.length > limits.unsentBytes) {
        connection.close(closeCodes.overloaded, 'The client does not read.');
        return;
      }
      socket.send(data);
    },
    close(code, reason) {
      if (isClosed) return;
      socket.close(code, reason);
      // Behind so many bytes a close frame would wait, and they with it, for a client that may never read.
      if (socket.bufferedBytes > Math.min(limits.slowBytes, limits.unsentBytes) / 2) {
        socket.terminate();
      }
      ended();
    },
  };

  socket.onMessage((data) => {
    if (isClosed) return;
    lastSeen = clock();
    if (joined) receive(data);
    else if (early.push(data) > maxEarlyFrames || sizeOf(early) > limits.messageBytes) {
      connection.close(closeCodes.protocolError, 'Too many frames before the handshake ended.');
    }
  });
  socket.onClose(ended);
  void open();
  return connection;

  async function open(): Promise<void> {
    try {
      const handshake = readHandshake(request);
      // Behind a Unix socket, or a proxy on this machine that nobody has named, all would share one.
      if (address !== null && !isLoopback(address)) admit(parts.usage.openFrom(networkOf(address)));
      const token = () => tokenOf(handshake);
      identity = await identify({ parts, authenticate, request, token });
      admit(parts.usage.openFor(identity.userId));
      const session = await registry.open(handshake.sessionId, identity.userId);
      admit(session.takePlace());
      await join(session, handshake, identity);
    } catch (error) {
      if (!(error instanceof RequestError)) {
        parts.logger.error({ error }, 'A connection could not be opened.');
      }
      connection.close(closeCodeOf(error), reasonOf(error));
    }
  }

  /** Takes a place among the connections that one may have, until this one ends. */
  function admit(release: (() => void) | null): void {
    if (release === null) throw tooMany(crowded);
    if (isClosed) release();
    else releases.push(release);
  }

  async function join(session: Session, handshake: Handshake, who: Identity): Promise<void> {
    const topics = new Set<Topic>(['session']);
    let isBinary = false;
    const member: SessionConnection = {
      id: connection.id,
      clientId: handshake.clientId ?? parts.createId('k'),
      get identity() {
        return identity ?? who;
      },
      topics,
      get binary() {
        return isBinary;
      },
      get bufferedBytes() {
        return connection.bufferedBytes;
      },
      send: connection.send,
      close: connection.close,
      subscribe(added, binary) {
        for (const topic of added) topics.add(topic);
        isBinary = binary;
      },
      unsubscribe(removed) {
        for (const topic of removed) topics.delete(topic);
      },
      renewToken,
    };
    await session.join(member, handshake.position, (welcome) => {
      greet(session, member, welcome);
    });
    if (isClosed) {
      session.leave(member);
      return;
    }
    joined = { session, member };
    onJoin(connection);
    for (const data of early.splice(0)) receive(data);
  }

  async function renewToken(token: string): Promise<number | null> {
    const { verifyToken } = parts;
    if (!verifyToken) throw new RequestError('forbidden', 'This server takes no tokens.');
    renewals += 1;
    const renewal = renewals;
    const renewed = await guarded(parts, address, async () => {
      const found = await verifyToken(token);
      // Whoever tries tokens does not learn that one is somebody's.
      if (found.userId !== identity?.userId) throw refuseToken('token_invalid');
      return found;
    });
    // One that takes long, as for a key that must be fetched, does not undo what was sent after it.
    if (renewal > lastRenewal) {
      lastRenewal = renewal;
      identity = renewed;
    }
    return identity?.expiresAt ?? null;
  }

  function greet(session: Session, member: SessionConnection, welcome: Welcome): void {
    const { user, ...rest } = connectMessageOf(parts, session, member);
    const message: ConnectMessage = {
      ...rest,
      epoch: welcome.epoch,
      seq: welcome.seq,
      resumed: welcome.resumed,
      ...(welcome.forgotten ? { forgotten: true } : {}),
      user,
    };
    connection.send(JSON.stringify(message));
    if (!welcome.snapshot) return;
    connection.send(
      JSON.stringify({
        type: 'session_snapshot',
        session_id: session.id,
        timestamp: new Date(clock()).toISOString(),
        ...welcome.snapshot,
      }),
    );
  }

  function receive(data: string | Uint8Array): void {
    if (!joined) return;
    const { session, member } = joined;
    if (!parts.usage.takeFrame(member.identity.userId)) {
      connection.close(closeCodes.rateLimited, String(busyRetryMs));
      return;
    }
    const frame = parseFrame(data);
    if (frame instanceof RequestError) {
      connection.send(JSON.stringify(errorMessage(frame, undefined, null)));
      return;
    }
    const { type, request_id: requestId, ...fields } = frame;
    if (type === 'pong') return;
    if (type === 'ping' && requestId === undefined) {
      connection.send(JSON.stringify(answerToPing(fields['timestamp'], clock())));
      return;
    }
    const refused = refusalOf(type, requestId);
    if (refused || !isOperationName(type)) {
      const error = refused ?? new RequestError('invalid_message', 'The type is unknown.');
      const id = typeof requestId === 'string' ? requestId.slice(0, 64) : undefined;
      connection.send(JSON.stringify(errorMessage(error, id, type.slice(0, maxTypeLength))));
      return;
    }
    session.requests.submit(member, { name: type, requestId: requestId as string, fields });
  }

  function ended(): void {
    if (isClosed) return;
    isClosed = true;
    for (const release of releases.splice(0)) release();
    joined?.session.leave(joined.member);
    onClose(connection);
  }
}

function sizeOf(frames: readonly (string | Uint8Array)[]): number {
  return frames.reduce((sum, frame) => sum + frame.length, 0);
}

const closeCodeOfError: Partial<Record<ErrorCode, number>> = {
  unauthenticated: closeCodes.unauthenticated,
  forbidden: closeCodes.forbidden,
  invalid_message: closeCodes.protocolError,
  rate_limited: closeCodes.rateLimited,
};

function closeCodeOf(error: unknown): number {
  const code = error instanceof RequestError ? closeCodeOfError[error.code] : undefined;
  return code ?? closeCodes.overloaded;
}

/** A close reason holds at most 123 bytes (RFC 6455, 5.5). */
function reasonOf(error: unknown): string {
  if (!(error instanceof RequestError)) return 'unavailable';
  if (error.code === 'rate_limited') return String(error.retryAfterMs ?? busyRetryMs);
  const reason = error.code === 'unauthenticated' ? error.details?.['reason'] : undefined;
  return typeof reason === 'string' ? reason : error.message.slice(0, 100);
}
