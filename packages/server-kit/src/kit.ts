import type { IncomingMessage } from 'node:http';
import { join, resolve } from 'node:path';
import { closeCodes, events } from '@ide-assistant/sdk/protocol';
import {
  authEntry,
  createAddressOf,
  createTokenVerifier,
  type AddressOf,
  type Identity,
  type Revocation,
} from './auth/index.ts';
import { KitError } from './errors.ts';
import type { KitEvents, ServerKit, ServerKitOptions } from './kit-options.ts';
import { limitsWith } from './limits.ts';
import { silentLogger, type Logger } from './logger.ts';
import { closeParts, openParts } from './open-parts.ts';
import type { Parts } from './parts.ts';
import { redactingLogger } from './redact.ts';
import { createHostMembers, createSessionRegistry, type SessionRegistry } from './session/index.ts';
import {
  attachWebSockets,
  createRestHandler,
  openConnection,
  startUpkeep,
  type Connection,
  type Health,
  type SocketLike,
  type UpgradeRequest,
} from './transport/index.ts';

export type { KitEvents, ServerKit, ServerKitOptions } from './kit-options.ts';

/** Spread of the reconnects after a graceful stop, milliseconds. */
const reconnectSpreadMs = 5_000;

/**
 * Creates the server side. It never listens, installs no signal handler and closes no server.
 *
 * @throws KitError when an option is missing or contradicts another. What can only be found out
 * later, as a policy that does not parse, rejects `ready`.
 * @example
 * const kit = createServerKit({ auth: { secret, issuer: 'app', audience: 'ide' } });
 * app.use(kit.handler);
 * kit.attach(app.listen(3000));
 */
export function createServerKit(options: ServerKitOptions): ServerKit {
  const { path = '/ide', authenticate, allowedOrigins, random = Math.random } = options;
  if (!/^(?:\/[\w.~-]+)+$/.test(path)) {
    throw new KitError('PATH_INVALID', 'path must look like /ide, without a slash at its end.');
  }
  if (!options.auth && !authenticate) {
    throw new KitError('AUTH_MISSING', 'Give auth (tokens) or authenticate (your own sessions).');
  }
  for (const origin of allowedOrigins ?? []) new URL(origin);
  const { clock = Date.now } = options;
  const logger = redactingLogger(options.logger ?? silentLogger);
  const addressOf = noticeProxies(createAddressOf(options.trustProxy), options, logger);
  const verifyToken = options.auth ? createTokenVerifier(options.auth, { clock, isRevoked }) : null;

  const connections = new Set<Connection>();
  const listeners = new Map<keyof KitEvents, Set<(event: never) => void>>();
  const detachers = new Set<() => void>();
  /** Sockets that wait for the kit to start. */
  let waiting = 0;
  const limits = limitsWith(options.limits);
  let running: { parts: Parts; registry: SessionRegistry } | null = null;
  let status: Health['status'] = 'starting';
  let endUpkeep: () => void = () => undefined;
  let closing: Promise<void> | null = null;

  const started = start().catch((error: unknown) => {
    status = 'failed';
    emit('failure', { error });
    throw error;
  });
  // Its own promise: if only connections waited for the start, a failure would go unheard.
  const ready = started.then(() => undefined);

  const kit: ServerKit = {
    ready,
    handler: createRestHandler({
      path,
      authenticate,
      health: () => kit.health(),
      running: () => running && { ...running, connections: connections.size },
    }),

    attach(server) {
      const detach = attachWebSockets({
        server,
        path: `${path}/ws`,
        maxMessageBytes: limits.messageBytes,
        allowedOrigins,
        refusal: () => {
          if (status === 'draining' || status === 'failed') return 'Service Unavailable';
          return connections.size + waiting >= limits.connections ? 'Too Many Connections' : null;
        },
        accept: (socket, request: IncomingMessage) => kit.accept(socket, { request }),
      });
      detachers.add(detach);
      return () => {
        detachers.delete(detach);
        detach();
      };
    },

    accept(socket, { request }) {
      waiting += 1;
      started.then(
        () => {
          waiting -= 1;
          welcome(socket, request);
        },
        () => {
          waiting -= 1;
          socket.close(closeCodes.overloaded, 'The server could not start.');
        },
      );
    },

    close({ graceMs = 5_000 } = {}) {
      closing ??= stop(graceMs);
      return closing;
    },

    async revoke(revocation) {
      const { revocations, audit } = (await whenRunning()).parts;
      // Access goes first: a log that cannot be written must not keep it open.
      await revocations.revoke(revocation);
      await audit.append(authEntry('revoke', subjectOf(revocation), 'revoked'));
    },

    reloadPolicies: async () => (await whenRunning()).parts.policy.reload(),
    rotateAuditKey: async (key) => (await whenRunning()).parts.audit.rotateKey(key),
    members: createHostMembers(whenRunning),

    publish(sessionId, type, fields) {
      const session = running?.registry.get(sessionId);
      if (!session) return false;
      session.publish(type, events[type].parse(fields) as typeof fields);
      return true;
    },

    health: () => ({ status, audit: running?.parts.audit.available ?? false }),

    on(name, listener) {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known);
      known.add(listener);
      return () => void known.delete(listener);
    },
  };
  return kit;

  function isRevoked(identity: Identity): boolean {
    return running?.parts.revocations.isRevoked(identity) ?? false;
  }

  async function whenRunning() {
    await ready;
    if (running && status === 'ready') return running;
    throw new KitError('KIT_CLOSED', 'The kit was closed.');
  }

  async function start(): Promise<void> {
    const directory = resolve(options.dataDirectory ?? '.ide-data');
    const parts = await openParts(options, {
      directory,
      limits,
      clock,
      logger,
      verifyToken,
      addressOf,
    });
    const registry = createSessionRegistry(
      parts,
      options.workspace ?? join(directory, 'workspaces'),
    );
    running = { parts, registry };
    endUpkeep = startUpkeep({ parts, registry, connections });
    if (status === 'starting') status = 'ready';
  }

  function welcome(socket: SocketLike, request: UpgradeRequest): void {
    if (!running || status !== 'ready') {
      socket.close(closeCodes.restart, 'The server is stopping.');
      return;
    }
    const connection = openConnection({
      ...running,
      socket,
      request,
      authenticate,
      onJoin: (joined) => emitConnection(joined, true),
      onClose: (closed) => {
        connections.delete(closed);
        emitConnection(closed, false);
      },
    });
    connections.add(connection);
  }

  async function stop(graceMs: number): Promise<void> {
    status = 'draining';
    for (const detach of detachers) detach();
    await started.catch(() => undefined);
    endUpkeep();
    if (!running) return;
    const { parts, registry } = running;
    for (const connection of connections) {
      connection.send(
        JSON.stringify({
          type: 'disconnect',
          session_id: connection.session?.id ?? '',
          timestamp: new Date(parts.clock()).toISOString(),
          code: closeCodes.restart,
          reason: 'The server restarts.',
          retry_after_ms: Math.floor(random() * reconnectSpreadMs),
        }),
      );
    }
    await settled(registry, graceMs);
    await registry.close();
    for (const connection of connections) connection.close(closeCodes.restart, 'restart');
    await closeParts(parts);
  }

  function emit<K extends keyof KitEvents>(name: K, event: KitEvents[K]): void {
    for (const listener of listeners.get(name) ?? []) {
      (listener as (event: KitEvents[K]) => void)(event);
    }
  }

  function emitConnection(connection: Connection, open: boolean): void {
    const { id, session } = connection;
    // A client that was refused has never been connected.
    if (session) emit('connection', { connectionId: id, sessionId: session.id, open });
  }
}

/** Lets nothing begin, and resolves when no request runs any more or when the grace is over. */
async function settled(registry: SessionRegistry, graceMs: number): Promise<void> {
  const idle = Promise.all(
    [...registry.sessions.values()].map((session) => session.requests.drain()),
  );
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((done) => {
    timer = setTimeout(done, graceMs);
  });
  await Promise.race([idle, grace]);
  clearTimeout(timer);
}

/**
 * Says once that a proxy seems to stand before the server which nobody has named: all who come through
 * it then count as one address, and ten bad tokens from anywhere keep everybody out.
 */
function noticeProxies(
  addressOf: AddressOf,
  { trustProxy }: ServerKitOptions,
  logger: Logger,
): AddressOf {
  let isSaid = trustProxy !== undefined;
  return (request) => {
    if (!isSaid && request.headers['x-forwarded-for'] !== undefined) {
      isSaid = true;
      logger.warn(
        {},
        'A request has X-Forwarded-For, and trustProxy is not set: limits by address count the proxy.',
      );
    }
    return addressOf(request);
  };
}

/** What a revocation names: `jti:…`, `sid:…` or `subject:…`. */
function subjectOf(revocation: Revocation): string {
  const [kind, value] =
    Object.entries(revocation).find(([, given]) => typeof given === 'string') ?? [];
  return `${kind}:${value}`;
}
