import { defaultLimits, type OperationName } from '@ide-assistant/sdk/protocol';
import { KitError } from './errors.ts';

/** Sizes, counts and times that the kit holds its clients to. */
export interface Limits {
  /** Largest frame, bytes. @default 2_097_152 */
  messageBytes: number;
  /** Largest file content, bytes. @default 1_048_576 */
  fileBytes: number;
  /** Largest output of one run, bytes. @default 51_200 */
  outputBytes: number;
  /** Longest run, milliseconds. @default 10_000 */
  executionMs: number;
  /** How often the server pings, milliseconds. @default 30_000 */
  heartbeatMs: number;
  /** Connections in all. @default 10_000 */
  connections: number;
  /** Connections of one session. @default 20 */
  connectionsPerSession: number;
  /** Connections of one user. @default 100 */
  connectionsPerUser: number;
  /**
   * Connections from one network address; an IPv6 address counts as its /64. This machine's own, which
   * are those of a proxy that `trustProxy` does not name, are not counted. @default 500
   */
  connectionsPerAddress: number;
  /** Authentications that may fail from one address in {@link authFailureMs}. @default 10 */
  authFailures: number;
  /** Time in which failed authentications are counted, milliseconds. @default 60_000 */
  authFailureMs: number;
  /**
   * Requests that a user may go on sending, per second; 0 lets none pass. Of frames of any kind, repeats
   * and nonsense included, ten times as many close the connection. @default 500
   */
  messagesPerSecond: number;
  /** Requests that a user may send at once, as after having been offline. @default 10_000 */
  messageBurst: number;
  /**
   * How often a user may ask for an operation, per minute; others are only counted as messages. What a
   * host gives is merged with the defaults; `Infinity` lifts one, and 0 turns the operation off.
   * @default chat 10; code_execute, terminal_command and auto_fix 300; terminal_open 60; security_scan 600
   */
  operationsPerMinute: Readonly<Partial<Record<OperationName, number>>>;
  /** Programs that run at a time, in all. @default 64 */
  executions: number;
  /** Programs that run at a time for one user. @default 24 */
  executionsPerUser: number;
  /** Requests of one session that may be unanswered, beside what waits for a person. @default 1_024 */
  requestsInFlight: number;
  /** Requests of one user, in all sessions, that may wait for a person. @default 32 */
  approvalsPerUser: number;
  /** Requests of one session that may wait for a person. @default 128 */
  approvalsPerSession: number;
  /** Events kept for a session's reconnecting clients. @default 2_000 */
  replayEvents: number;
  /** Bytes of events kept for a session's reconnecting clients. @default 1_048_576 */
  replayBytes: number;
  /** How long an event is kept for reconnecting clients, milliseconds. @default 120_000 */
  replayMs: number;
  /**
   * Unsent bytes at which a connection counts as slow: what streams waits for it, and of the topics
   * `concepts` and `phase` it gets only what comes later. @default 1_048_576
   */
  slowBytes: number;
  /** How long a stream waits for a slow connection before that is closed, ms. @default 30_000 */
  slowMs: number;
  /** Unsent bytes at which a connection that does not read is closed. @default 8_388_608 */
  unsentBytes: number;
  /** How long the outcome of a request is kept, milliseconds. @default 90_000_000 (25 h) */
  outcomeMs: number;
  /**
   * How long what runs may go on after its user's token has ended, before the connection is closed,
   * milliseconds. New requests are refused at once. @default 30_000
   */
  expiredGraceMs: number;
  /** How long a session without connections keeps its sandbox and memory, ms. @default 120_000 */
  sessionIdleMs: number;
  /**
   * How long a sandbox must not have been needed before what runs in it is paused, ms: no request
   * runs, and no terminal is open or nobody is connected. It resumes by itself. `Infinity` never
   * pauses. @default 30_000
   */
  sandboxPauseMs: number;
  /** Terminals of one session that may be open at once. @default 4 */
  terminals: number;
  /** Largest piece of input to a terminal, bytes. @default 65_536 */
  terminalInputBytes: number;
  /** Entries of one directory listing. @default 5_000 */
  listEntries: number;
}

/** What a host gets that sets nothing. An outcome outlives the day that a client may queue for. */
export const kitLimits: Limits = {
  messageBytes: defaultLimits.message_bytes,
  fileBytes: defaultLimits.file_bytes,
  outputBytes: defaultLimits.output_bytes,
  executionMs: defaultLimits.execution_ms,
  heartbeatMs: defaultLimits.heartbeat_ms,
  connections: 10_000,
  connectionsPerSession: 20,
  connectionsPerUser: 100,
  connectionsPerAddress: 500,
  authFailures: 10,
  authFailureMs: 60_000,
  messagesPerSecond: 500,
  messageBurst: 10_000,
  operationsPerMinute: {
    chat: 10,
    code_execute: 300,
    terminal_command: 300,
    terminal_open: 60,
    security_scan: 600,
    auto_fix: 300,
  },
  executions: 64,
  executionsPerUser: 24,
  requestsInFlight: 1_024,
  approvalsPerUser: 32,
  approvalsPerSession: 128,
  replayEvents: 2_000,
  replayBytes: 1_048_576,
  replayMs: 120_000,
  slowBytes: 1_048_576,
  slowMs: 30_000,
  unsentBytes: 8_388_608,
  outcomeMs: 90_000_000,
  expiredGraceMs: 30_000,
  sessionIdleMs: 120_000,
  sandboxPauseMs: 30_000,
  terminals: 4,
  terminalInputBytes: 65_536,
  listEntries: 5_000,
};

/**
 * The default limits with what a host has set.
 *
 * @throws KitError `LIMIT_INVALID` for one that is no number from 0.
 */
export function limitsWith(given: Partial<Limits> = {}): Limits {
  const limits = {
    ...kitLimits,
    ...given,
    operationsPerMinute: { ...kitLimits.operationsPerMinute, ...given.operationsPerMinute },
  };
  const all = { ...limits, ...limits.operationsPerMinute };
  for (const [name, value] of Object.entries(all)) {
    if (name === 'operationsPerMinute' || (typeof value === 'number' && value >= 0)) continue;
    throw new KitError('LIMIT_INVALID', `limits: ${name} must be a number from 0.`);
  }
  return limits;
}
