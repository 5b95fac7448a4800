import type { EventFields, EventName } from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import type { OperationConnection, OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { openWorkspace, type Workspace } from '../workspace/index.ts';
import { createReplayLog } from './replay-log.ts';
import { createRequests, type Requests } from './requests.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

/** A connection as its session sees it. */
export interface SessionConnection extends OperationConnection {
  readonly id: string;
  readonly clientId: string;
  readonly identity: Identity;
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** Where a client that comes back left off. */
export interface ResumePosition {
  epoch: string;
  lastSeq: number;
}

/** What a connection is sent first. */
export interface Welcome {
  epoch: string;
  seq: number;
  resumed: boolean;
  snapshot: Snapshot | null;
}

/** One user's workspace with its connections, events and running requests. */
export interface Session extends OperationSession {
  /** Numbers an event, names the request that caused it, and sends it to the connections. */
  publish<N extends EventName>(type: N, fields: EventFields<N>, requestId?: string): void;
  readonly owner: string;
  readonly connections: ReadonlySet<SessionConnection>;
  readonly requests: Requests;
  /** Lets a connection in: `greet` is called with what it is to be sent before any event. */
  join(
    connection: SessionConnection,
    position: ResumePosition | null,
    greet: (welcome: Welcome) => void,
  ): Promise<void>;
  leave(connection: SessionConnection): void;
  /** Kills what runs and lets go of the workspace. */
  close(): Promise<void>;
}

/** Makes a session in memory; its workspace and sandbox are opened when first needed. */
export function createSession(options: {
  id: string;
  owner: string;
  isNew: boolean;
  parts: Parts;
  workspaceRoot: string;
  workspaceOwner: { uid: number; gid: number } | undefined;
}): Session {
  const { id, owner, parts, workspaceRoot, workspaceOwner } = options;
  const connections = new Set<SessionConnection>();
  const epoch = parts.createId('e');
  const log = createReplayLog({
    maxEvents: parts.limits.replayEvents,
    maxBytes: parts.limits.replayBytes,
  });
  const files = new Map<string, string>();
  let seq = 0;
  let blank = options.isNew;
  let workspace: Promise<Workspace> | null = null;
  let sandbox: Promise<Sandbox> | null = null;

  const ownedBy = workspaceOwner ? { owner: workspaceOwner } : {};

  const openSandbox = async (): Promise<Sandbox> => {
    await session.workspace();
    return parts.sandbox.driver.open({
      sessionId: id,
      workspace: { root: workspaceRoot, ...ownedBy },
      limits: { timeoutMs: parts.limits.executionMs, outputBytes: parts.limits.outputBytes },
    });
  };

  // What could not be opened is tried again by the next request: a full disk may have been cleared.
  const session: Session = {
    id,
    owner,
    connections,
    lastRun: null,
    get requests() {
      return requests;
    },

    workspace() {
      workspace ??= openWorkspace({ root: workspaceRoot, ...ownedBy }).catch((error: unknown) => {
        workspace = null;
        throw error;
      });
      return workspace;
    },

    sandbox() {
      sandbox ??= openSandbox().catch((error: unknown) => {
        sandbox = null;
        throw error;
      });
      return sandbox;
    },

    publish<N extends EventName>(type: N, fields: EventFields<N>, requestId?: string) {
      seq += 1;
      blank = false;
      const text = JSON.stringify({
        type,
        seq,
        session_id: id,
        timestamp: new Date(parts.clock()).toISOString(),
        ...(requestId === undefined ? {} : { request_id: requestId }),
        ...fields,
      });
      log.append({ seq, text });
      if (type === 'file_update') rememberFile(files, fields as EventFields<'file_update'>);
      for (const connection of connections) {
        if (connection.topics.has('session')) connection.send(text);
      }
    },

    async join(connection, position, greet) {
      const missed =
        position?.epoch === epoch && position.lastSeq <= seq ? log.after(position.lastSeq) : null;
      if (missed) {
        greet({ epoch, seq, resumed: true, snapshot: null });
        for (const event of missed) connection.send(event.text);
        connections.add(connection);
        return;
      }
      if (blank && position === null) {
        greet({ epoch, seq, resumed: false, snapshot: null });
        connections.add(connection);
        return;
      }
      // The running texts belong to this number; what comes while the store is read is sent after.
      const at = seq;
      const running = requests.running();
      const snapshot = await readSnapshot(parts, id, files, running);
      greet({ epoch, seq: at, resumed: false, snapshot });
      for (const event of log.after(at) ?? []) connection.send(event.text);
      connections.add(connection);
    },

    leave(connection) {
      connections.delete(connection);
      requests.forgetListener(connection);
    },

    async close() {
      await requests.close();
      const opened = await sandbox?.catch(() => null);
      await opened?.[Symbol.asyncDispose]();
      const held = await workspace?.catch(() => null);
      await held?.close();
    },
  };
  const requests = createRequests(parts, session);
  return session;
}

function rememberFile(
  files: Map<string, string>,
  { path, hash }: EventFields<'file_update'>,
): void {
  if (hash === null) files.delete(path);
  else files.set(path, hash);
}
