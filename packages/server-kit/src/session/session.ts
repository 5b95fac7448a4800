import {
  closeCodes,
  encodePhaseFrame,
  topicOf,
  type EventFields,
  type EventName,
  type Topic,
} from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import type { OperationConnection, OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import { openWorkspace, type Workspace } from '../workspace/index.ts';
import { drained } from './drained.ts';
import type { Members } from './members.ts';
import { createReplayLog, type LoggedEvent } from './replay-log.ts';
import { createRequests, type Requests } from './requests.ts';
import { createSandboxLife } from './sandbox-life.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { createTerminals, type Terminals } from './terminals.ts';

/** A connection as its session sees it. */
export interface SessionConnection extends OperationConnection {
  readonly id: string;
  readonly clientId: string;
  readonly identity: Identity;
  /** Whether phases come as binary frames. */
  readonly binary: boolean;
  /** Bytes that were sent and not yet written out. */
  readonly bufferedBytes: number;
  send(data: string | Uint8Array): void;
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
  /** Whether the client speaks of an earlier life of the session, of which nothing is known here. */
  forgotten: boolean;
  snapshot: Snapshot | null;
}

/** A workspace with those who work in it, their connections, its events and running requests. */
export interface Session extends OperationSession {
  /**
   * Numbers an event, names the request that caused it, and sends it to the connections that subscribe
   * to its topic. Of the topics `concepts` and `phase` only the latest matters: those events have no
   * number, are not kept, and are spared a connection that is slow.
   */
  publish<N extends EventName>(type: N, fields: EventFields<N>, requestId?: string): void;
  readonly connections: ReadonlySet<SessionConnection>;
  readonly requests: Requests;
  readonly terminals: Terminals;
  /**
   * Takes a place among the connections, to be held from before the connection joins until its end.
   * @returns Gives it back, to be called once; null when all are taken.
   */
  takePlace(): (() => void) | null;
  /**
   * Lets a connection in: `greet` is called with what it is to be sent before any event.
   * @throws RequestError (rejects) `forbidden` when its user is no longer a member.
   */
  join(
    connection: SessionConnection,
    position: ResumePosition | null,
    greet: (welcome: Welcome) => void,
  ): Promise<void>;
  leave(connection: SessionConnection): void;
  /** Ends the terminals that a user opened or typed into. */
  closeTerminalsOf(userId: string): void;
  /** Ends all that a user has here who is no longer a member. */
  expel(userId: string): void;
  /** Resolves when no connection is slow any more; closes those that stay so for too long. */
  drained(signal: AbortSignal): Promise<void>;
  /**
   * To be called every second or so: pauses the sandbox when nothing was asked of it for
   * `sandboxPauseMs`, and nobody looks at a terminal.
   */
  rest(): Promise<void>;
  /** Kills what runs and lets go of the workspace. */
  close(): Promise<void>;
}

const notMember = 'You are no longer a member of this session.';

/** Makes a session in memory; its workspace and sandbox are opened when first needed. */
export function createSession(options: {
  id: string;
  owner: string;
  members: Members;
  isNew: boolean;
  /** When the session was made, epoch milliseconds. */
  createdAt: number;
  parts: Parts;
  workspaceRoot: string;
  workspaceOwner: { uid: number; gid: number } | undefined;
}): Session {
  const { id, owner, members, parts, workspaceRoot, workspaceOwner } = options;
  const connections = new Set<SessionConnection>();
  const { limits, clock } = parts;
  // An epoch names the life of the session that it belongs to. A client that brings one of another life
  // remembers what this store does not.
  const life = `e_${options.createdAt.toString(36)}_`;
  const epoch = parts.createId(life.slice(0, -1));
  const log = createReplayLog(
    {
      maxEvents: limits.replayEvents,
      maxBytes: limits.replayBytes,
      maxAgeMs: limits.replayMs,
    },
    clock,
  );
  const files = new Map<string, string>();
  let places = 0;
  let seq = 0;
  let blank = options.isNew;
  let workspace: Promise<Workspace> | null = null;

  const ownedBy = workspaceOwner ? { owner: workspaceOwner } : {};

  const sandboxLife = createSandboxLife({
    async open() {
      await session.workspace();
      return parts.sandbox.driver.open({
        sessionId: id,
        workspace: { root: workspaceRoot, ...ownedBy },
        limits: {
          ...parts.sandbox.limits,
          timeoutMs: limits.executionMs,
          outputBytes: limits.outputBytes,
        },
      });
    },
    pauseMs: parts.sandbox.capabilities.pause === 'none' ? Infinity : limits.sandboxPauseMs,
    clock,
    onChange: (state) =>
      session.publish('session_update', { update_type: `sandbox_${state}`, details: {} }),
  });
  const wakeSandbox = () => {
    sandboxLife.wake().catch((error: unknown) => {
      parts.logger.error({ error }, 'A sandbox could not be resumed.');
    });
  };
  const terminals = createTerminals({
    maxCount: limits.terminals,
    createId: parts.createId,
    sandbox: sandboxLife.use,
    onUse: wakeSandbox,
    onError: (error) => parts.logger.error({ error }, 'A terminal could not be closed.'),
    publish: (type, fields, requestId) => session.publish(type, fields, requestId),
    drained: (signal) => session.drained(signal),
  });

  // What could not be opened is tried again by the next request: a full disk may have been cleared.
  const session: Session = {
    id,
    owner,
    members,
    connections,
    lastRun: null,
    commandDirectory: '',
    terminals,
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

    sandbox: sandboxLife.use,

    publish<N extends EventName>(type: N, fields: EventFields<N>, requestId?: string) {
      const topic = topicOf(type);
      if (topic !== 'session') {
        publishLatest(topic, type, fields);
        return;
      }
      seq += 1;
      blank = false;
      const text = JSON.stringify({
        type,
        seq,
        session_id: id,
        timestamp: new Date(clock()).toISOString(),
        ...(requestId === undefined ? {} : { request_id: requestId }),
        ...fields,
      });
      log.append({ seq, text });
      if (type === 'file_update') rememberFile(files, fields as EventFields<'file_update'>);
      for (const connection of connections) {
        if (connection.topics.has('session')) connection.send(text);
      }
    },

    takePlace() {
      if (places >= limits.connectionsPerSession) return null;
      places += 1;
      return () => void (places -= 1);
    },

    async join(connection, position, greet) {
      const forgotten = position !== null && !position.epoch.startsWith(life);
      const missed =
        position?.epoch === epoch && position.lastSeq <= seq ? log.after(position.lastSeq) : null;
      if (missed) {
        letIn(connection, missed, () =>
          greet({ epoch, seq, resumed: true, forgotten, snapshot: null }),
        );
        return;
      }
      if (blank && position === null) {
        letIn(connection, [], () =>
          greet({ epoch, seq, resumed: false, forgotten, snapshot: null }),
        );
        return;
      }
      // The running texts belong to this number; what comes while the store is read is sent after.
      const at = seq;
      const now = { running: requests.running(), terminals: terminals.snapshot() };
      const snapshot = await readSnapshot(parts, id, files, now);
      letIn(connection, log.after(at) ?? [], () =>
        greet({ epoch, seq: at, resumed: false, forgotten, snapshot }),
      );
    },

    leave(connection) {
      connections.delete(connection);
      requests.forgetListener(connection);
    },

    closeTerminalsOf: (userId) => terminals.closeWhere((identity) => identity.userId === userId),

    expel(userId) {
      const isHis = (identity: Identity) => identity.userId === userId;
      requests.stopWhere(isHis);
      session.closeTerminalsOf(userId);
      for (const connection of connections) {
        if (isHis(connection.identity)) connection.close(closeCodes.forbidden, notMember);
      }
    },

    drained: (signal) => drained(connections, parts, signal),

    rest() {
      const isWatched = connections.size > 0 && terminals.count > 0;
      return sandboxLife.rest(isWatched || requests.working > 0);
    },

    async close() {
      await requests.close();
      terminals.stop();
      await sandboxLife.close();
      await terminals.ended();
      const held = await workspace?.catch(() => null);
      await held?.close();
    },
  };
  const requests = createRequests(parts, session);
  return session;

  /** Greets it, catches it up and counts it in one go, so that nothing comes in between. */
  function letIn(
    connection: SessionConnection,
    missed: readonly LoggedEvent[],
    greet: () => void,
  ): void {
    // Its user may have been removed while the store was read, when nobody knew of it here.
    if (members.roleOf(connection.identity.userId) === null) {
      throw new RequestError('forbidden', notMember);
    }
    if (parts.connections === 'single') {
      for (const earlier of connections) earlier.close(closeCodes.replaced, 'replaced');
    }
    greet();
    for (const event of missed) connection.send(event.text);
    connections.add(connection);
    // What runs in a terminal was stopped while nobody saw it.
    if (terminals.count > 0) wakeSandbox();
  }

  function publishLatest(topic: Topic, type: EventName, fields: object): void {
    const receivers = [...connections].filter(
      (connection) => connection.topics.has(topic) && connection.bufferedBytes <= limits.slowBytes,
    );
    if (receivers.length === 0) return;
    const timestamp = new Date(clock()).toISOString();
    const text = JSON.stringify({ type, session_id: id, timestamp, ...fields });
    const bytes =
      type === 'phase_frame'
        ? new Uint8Array(encodePhaseFrame(fields as EventFields<'phase_frame'>))
        : null;
    for (const connection of receivers) {
      connection.send(bytes !== null && connection.binary ? bytes : text);
    }
  }
}

function rememberFile(
  files: Map<string, string>,
  { path, hash }: EventFields<'file_update'>,
): void {
  if (hash === null) files.delete(path);
  else files.set(path, hash);
}
