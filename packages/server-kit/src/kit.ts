import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, Server } from 'node:http';
import { join, resolve } from 'node:path';
import { closeCodes, events, type EventFields, type EventName } from '@ide-assistant/sdk/protocol';
import { asAssistant, type AssistantLike } from './assistant/assistant.ts';
import { builtinAssistant } from './assistant/drivers/builtin/builtin.ts';
import {
  authEntry,
  createAddressOf,
  createFailureLimit,
  createRevocations,
  createTokenVerifier,
  tokenLifeOf,
  type AddressOf,
  type Revocation,
  type TokenOptions,
  type TrustProxy,
} from './auth/index.ts';
import { KitError } from './errors.ts';
import { createApprovals, createPolicyEngine } from './governance/index.ts';
import { createHunter } from './hunter/index.ts';
import { limitsWith, type Limits } from './limits.ts';
import { silentLogger, type Logger } from './logger.ts';
import { openAll } from './open-all.ts';
import type { Parts } from './parts.ts';
import { createUsage } from './rates/index.ts';
import { redactingLogger } from './redact.ts';
import {
  resolveLimits,
  selectDriver,
  type ProtectionName,
  type SandboxDriver,
  type SandboxLimits,
} from './sandbox/index.ts';
import {
  createHostMembers,
  createSessionRegistry,
  type HostMembers,
  type SessionRegistry,
  type WorkspaceLocator,
} from './session/index.ts';
import { openStorage } from './storage/index.ts';
import {
  attachWebSockets,
  createRestHandler,
  openConnection,
  startUpkeep,
  type Connection,
  type Health,
  type HostAuthenticate,
  type NodeHandler,
  type SocketLike,
  type UpgradeRequest,
} from './transport/index.ts';
import { openAuditLog } from './verification/index.ts';
import { defaultFileTypes, probeConfinement, type FileTypes } from './workspace/index.ts';

/** How a host sets the kit up. Only a way to know the users is needed. */
export interface ServerKitOptions {
  /** Where the kit is mounted. The WebSocket is `<path>/ws`. @default '/ide' */
  path?: string;
  /** Folder for the audit log, the store and the workspaces. @default './.ide-data' */
  dataDirectory?: string;
  /** How tokens are checked. Without it, `authenticate` must tell who the users are. */
  auth?: TokenOptions;
  /** Asks the host app who sent a request without a token, as by its cookie; null refuses. */
  authenticate?: HostAuthenticate;
  /**
   * Reverse proxies in front of the server whose `X-Forwarded-For` is believed: how many, or their
   * addresses and networks. Without it every client behind a proxy counts as one address. @default 0
   */
  trustProxy?: TrustProxy;
  /** Origins of pages that may connect, as `https://app.example`. @default the page's own host */
  allowedOrigins?: readonly string[];
  /** Host folder of each session's workspace. @default `<dataDirectory>/workspaces/<session>` */
  workspace?: WorkspaceLocator;
  /** Cedar policies of the host, added to the default ones. */
  policies?: string;
  /** File types that may be written. @default all but executables and archives */
  fileTypes?: FileTypes;
  /** Who answers in the chat. @default the built-in commands, which need no model */
  assistant?: AssistantLike;
  sandbox?: {
    /** Drivers to try in order. @default bubblewrap, then QuickJS for JavaScript alone */
    drivers?: readonly SandboxDriver[];
    /**
     * Protections without which the kit refuses to start.
     * @default filesystem, processes, network, syscalls, privileges, output, time
     */
    require?: readonly ProtectionName[];
    /**
     * What each run and terminal is held to; `timeoutMs` and `outputBytes` are those of `limits`.
     * @default those of `SandboxLimits`
     */
    limits?: Partial<Omit<SandboxLimits, 'timeoutMs' | 'outputBytes'>>;
  };
  limits?: Partial<Limits>;
  /**
   * Whether a session takes many connections at a time, as of several tabs, or a `single` one: a new
   * one then closes the earlier with 4409. @default 'many'
   */
  connections?: 'single' | 'many';
  /** A pino-shaped logger. @default silent */
  logger?: Logger;
  /** Current time, epoch milliseconds. @default Date.now */
  clock?: () => number;
  /** Uniform numbers from 0 to below 1, for the spread of reconnects. @default Math.random */
  random?: () => number;
}

/** What a host may listen to. */
export interface KitEvents {
  /** A client has connected or gone. */
  connection: { connectionId: string; sessionId: string; open: boolean };
  /** The kit failed to start; `ready` rejects with the same error. */
  failure: { error: unknown };
}

/** The assistant's server side, to be mounted into a server that the host owns. */
export interface ServerKit {
  /** Resolves when requests can be served; rejects when the kit cannot start. */
  readonly ready: Promise<void>;
  /** Serves REST under the mount; passes other requests to `next`. */
  readonly handler: NodeHandler;
  /**
   * Serves the WebSocket on the host's server, beside whoever else listens there.
   *
   * @returns Detaches from it.
   */
  attach(server: Server): () => void;
  /** Serves a socket of any other server. The caller has checked the Origin. */
  accept(socket: SocketLike, context: { request: UpgradeRequest }): void;
  /**
   * Tells the clients to come back later, waits for running requests and stops. The host's server
   * stays as it is. May be called more than once.
   *
   * @param options.graceMs How long running requests may take, milliseconds. @default 5_000
   */
  close(options?: { graceMs?: number }): Promise<void>;
  health(): Health;
  /**
   * Takes back a token (`jti`), a sign-in (`sid`) or all that a user has so far (`subject`): its
   * connections are closed with 4401, what it began is stopped, and nothing is accepted from it any
   * more. Other servers on the same database follow within a second.
   *
   * @throws KitError (rejects) `REVOCATION_INVALID`.
   */
  revoke(revocation: Revocation): Promise<void>;
  /** Who works in the sessions beside their owners. */
  readonly members: HostMembers;
  /**
   * Sends an event of the host's own to the connections of a session that subscribe to its topic.
   *
   * @returns false when nobody has the session open.
   * @throws ZodError when the fields are not those of the event.
   */
  publish<N extends EventName>(sessionId: string, type: N, fields: EventFields<N>): boolean;
  on<K extends keyof KitEvents>(name: K, listener: (event: KitEvents[K]) => void): () => void;
}

/** Without these it is no sandbox; limits of resources may be best-effort and are reported. */
const isolation: readonly ProtectionName[] = [
  'filesystem',
  'processes',
  'network',
  'syscalls',
  'privileges',
  'output',
  'time',
];
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
  const verifyToken = options.auth ? createTokenVerifier(options.auth, { clock }) : null;

  const connections = new Set<Connection>();
  const listeners = new Map<keyof KitEvents, Set<(event: never) => void>>();
  const detachers = new Set<() => void>();
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
          return connections.size >= limits.connections ? 'Too Many Connections' : null;
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
      started.then(
        () => welcome(socket, request),
        () => socket.close(closeCodes.overloaded, 'The server could not start.'),
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

  async function whenRunning() {
    await ready;
    if (running && status === 'ready') return running;
    throw new KitError('KIT_CLOSED', 'The kit was closed.');
  }

  async function start(): Promise<void> {
    const { limits: sandboxLimits = {}, ...sandboxOptions } = options.sandbox ?? {};
    resolveLimits(sandboxLimits);
    const directory = resolve(options.dataDirectory ?? '.ide-data');
    // Searchable by all, listable by nobody else: a session's own user must reach its workspace.
    await mkdir(join(directory, 'workspaces'), { recursive: true, mode: 0o711 });
    const [policy, hunter, sandbox, audit, storage] = await openAll([
      createPolicyEngine({
        onError: (error) =>
          logger.error({ error }, 'A request could not be judged and was blocked.'),
        ...(options.policies === undefined ? {} : { policies: options.policies }),
      }),
      createHunter(),
      selectDriver({
        require: isolation,
        onError: (error) =>
          logger.warn({ error }, 'Something could not be cleared away after a run.'),
        ...sandboxOptions,
      }),
      openAuditLog({
        directory: join(directory, 'audit'),
        clock,
        onError: (error) => logger.error({ error }, 'The audit log cannot be written.'),
      }),
      openStorage({ directory: join(directory, 'store'), clock }),
    ]);
    const revocations = await createRevocations({
      store: storage.revocations,
      clock,
      tokenLife: tokenLifeOf(options.auth),
    });
    const parts: Parts = {
      verifyToken,
      revocations,
      failures: createFailureLimit({
        maxFailures: limits.authFailures,
        windowMs: limits.authFailureMs,
        clock,
      }),
      addressOf,
      policy,
      approvals: createApprovals({
        store: storage.approvals,
        audit,
        clock,
      }),
      hunter,
      sandbox: { ...sandbox, limits: sandboxLimits },
      confinement: await probeConfinement(directory),
      audit,
      storage,
      assistant: asAssistant(options.assistant ?? builtinAssistant()),
      limits,
      usage: createUsage(limits, clock),
      connections: options.connections ?? 'many',
      fileTypes: options.fileTypes ?? defaultFileTypes,
      logger,
      clock,
      createId: (prefix) => `${prefix}_${randomBytes(12).toString('base64url')}`,
    };
    await parts.approvals.recover();
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
    await parts.audit.close();
    await parts.storage.close();
    parts.hunter.close();
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
