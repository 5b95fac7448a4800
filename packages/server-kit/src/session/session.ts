import { setTimeout } from 'node:timers/promises';
import {
  closeCodes,
  encodePhaseFrame,
  topicOf,
  type EventFields,
  type EventName,
  type MemberRole,
  type Topic,
} from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import type { OperationConnection, OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import { openWorkspace, type Workspace } from '../workspace/index.ts';
import { createMembers } from './members.ts';
import { createReplayLog } from './replay-log.ts';
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
  /** Lets a connection in: `greet` is called with what it is to be sent before any event. */
  join(
    connection: SessionConnection,
    position: ResumePosition | null,
    greet: (welcome: Welcome) => void,
  ): Promise<void>;
  leave(connection: SessionConnection): void;
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

/** How often a stream that waits for a slow connection looks again, milliseconds. */
const drainPollMs = 10;

/** Makes a session in memory; its workspace and sandbox are opened when first needed. */
export function createSession(options: {
  id: string;
  owner: string;
  /** Who else works in it. */
  members: Map<string, MemberRole>;
  isNew: boolean;
  /** When the session was made, epoch milliseconds. */
  createdAt: number;
  parts: Parts;
  workspaceRoot: string;
  workspaceOwner: { uid: number; gid: number } | undefined;
}): Session {
  const { id, owner, parts, workspaceRoot, workspaceOwner } = options;
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
    publish: (type, fields, requestId) => session.publish(type, fields, requestId),
    drained: (signal) => session.drained(signal),
  });

  // What could not be opened is tried again by the next request: a full disk may have been cleared.
  const session: Session = {
    id,
    owner,
    members: createMembers({
      sessionId: id,
      owner,
      known: options.members,
      store: parts.storage.members,
      onRemove: (userId) => expel(userId),
    }),
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

    async join(connection, position, greet) {
      if (parts.connections === 'single') {
        for (const earlier of connections) earlier.close(closeCodes.replaced, 'replaced');
      }
      const forgotten = position !== null && !position.epoch.startsWith(life);
      const missed =
        position?.epoch === epoch && position.lastSeq <= seq ? log.after(position.lastSeq) : null;
      if (missed) {
        greet({ epoch, seq, resumed: true, forgotten, snapshot: null });
        for (const event of missed) connection.send(event.text);
        letIn(connection);
        return;
      }
      if (blank && position === null) {
        greet({ epoch, seq, resumed: false, forgotten, snapshot: null });
        letIn(connection);
        return;
      }
      // The running texts belong to this number; what comes while the store is read is sent after.
      const at = seq;
      const now = { running: requests.running(), terminals: terminals.snapshot() };
      const snapshot = await readSnapshot(parts, id, files, now);
      greet({ epoch, seq: at, resumed: false, forgotten, snapshot });
      for (const event of log.after(at) ?? []) connection.send(event.text);
      letIn(connection);
    },

    leave(connection) {
      connections.delete(connection);
      requests.forgetListener(connection);
    },

    async drained(signal) {
      const since = clock();
      for (let slow = slowOnes(); slow.length > 0 && !signal.aborted; slow = slowOnes()) {
        if (clock() - since > limits.slowMs) {
          for (const one of slow) one.close(closeCodes.overloaded, 'The client does not read.');
        } else {
          await setTimeout(drainPollMs);
        }
      }
    },

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

  function expel(userId: string): void {
    requests.stopWhere((identity) => identity.userId === userId);
    for (const connection of connections) {
      if (connection.identity.userId === userId) {
        connection.close(closeCodes.forbidden, 'You are no longer a member of this session.');
      }
    }
  }

  function letIn(connection: SessionConnection): void {
    connections.add(connection);
    // What runs in a terminal was stopped while nobody saw it.
    if (terminals.count > 0) wakeSandbox();
  }

  function slowOnes(): SessionConnection[] {
    return [...connections].filter(({ bufferedBytes }) => bufferedBytes > limits.slowBytes);
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
