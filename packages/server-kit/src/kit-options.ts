import type { KeyObject } from 'node:crypto';
import type { Server } from 'node:http';
import type { EventFields, EventName } from '@ide-assistant/sdk/protocol';
import type { AssistantLike } from './assistant/assistant.ts';
import type { Revocation, TokenOptions, TrustProxy } from './auth/index.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './logger.ts';
import type { ProtectionName, SandboxDriver, SandboxLimits } from './sandbox/index.ts';
import type { HostMembers, WorkspaceLocator } from './session/index.ts';
import type {
  Health,
  HostAuthenticate,
  NodeHandler,
  SocketLike,
  UpgradeRequest,
} from './transport/index.ts';
import type { AuditLogOptions } from './verification/index.ts';
import type { FileTypes } from './workspace/index.ts';

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
  /**
   * Files with Cedar policies of the host, and directories whose `*.cedar` are read. When they change,
   * they come into force by themselves, unless they are faulty: then those before stay.
   */
  policyFiles?: readonly string[];
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
  /** The audit log. @default signed by a key that is made and kept in its directory */
  audit?: Pick<AuditLogOptions, 'origin' | 'key' | 'previousKey' | 'reserveBytes'>;
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
  /**
   * Reads `policyFiles` again at once.
   *
   * @throws KitError (rejects) `POLICY_INVALID`; the policies before stay in force.
   */
  reloadPolicies(): Promise<{ changed: boolean; version: string }>;
  /**
   * Signs the audit log with another key from now on; the old key signs for the new one first.
   *
   * @param key Ed25519 private key. @default a new one, kept in the log's directory
   * @throws RequestError (rejects) `audit_unavailable`.
   */
  rotateAuditKey(key?: KeyObject): Promise<{ keyId: string }>;
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
