import * as z from 'zod';
import {
  approval,
  approvalState,
  chatMessage,
  diff,
  executionResult,
  hash,
  instant,
  path,
  terminalId,
  terminalSize,
} from './fields.ts';

/** A request that is still running, with its text so far, so that a cut stream goes on without a hole. */
const runningRequest = z.object({
  request_id: z.string(),
  type: z.string(),
  execution_id: z.string().optional(),
  message_id: z.string().optional(),
  text: z.string(),
  truncated: z.boolean(),
});

/** A terminal that is open, for a client that has not followed it from its start. */
const openTerminal = z.object({
  terminal_id: terminalId,
  cols: terminalSize,
  rows: terminalSize,
  /** The latest of what it has shown. */
  text: z.string(),
  /** Whether the beginning of `text` is missing. */
  truncated: z.boolean(),
});

/**
 * The events of a session by their wire name. Each also carries `seq`, `session_id`, `timestamp` and
 * the `request_id` that caused it, if one did.
 */
export const events = {
  execution_start: z.object({
    execution_id: z.string(),
    language: z.string(),
    code_preview: z.string(),
  }),
  execution_output: z.object({
    execution_id: z.string(),
    output: z.string(),
    stream: z.enum(['stdout', 'stderr']),
  }),
  execution_complete: z.object({ execution_id: z.string(), result: executionResult }),
  execution_error: z.object({ execution_id: z.string(), error: z.string() }),
  terminal_output: z.object({
    /** Absent for the output of a `terminal_command`. */
    terminal_id: terminalId.optional(),
    output: z.string(),
    /** Absent where both streams come as one, in the order in which they were written. */
    stream: z.enum(['stdout', 'stderr']).optional(),
  }),
  /** The last of a terminal: nothing that was started from it is left. */
  terminal_closed: z.object({
    terminal_id: terminalId,
    /** Null when the shell was killed. */
    exit_code: z.int().nullable().optional(),
    signal: z.string().nullable().optional(),
    /** `exit`: the shell ended by itself. `closed`: somebody closed it, or its session ended. */
    reason: z.enum(['exit', 'closed', 'memory_limit', 'disk_limit', 'error']).optional(),
  }),
  ai_typing: z.object({ is_typing: z.boolean() }),
  ai_delta: z.object({ message_id: z.string(), delta: z.string() }),
  ai_tool: z.object({
    message_id: z.string(),
    tool: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    status: z.enum(['start', 'ok', 'blocked', 'denied', 'error']),
    result: z.string().optional(),
  }),
  ai_error: z.object({ message_id: z.string().optional(), error: z.string() }),
  diff,
  diff_resolved: z.object({
    diff_id: z.string(),
    outcome: z.enum(['applied', 'partially_applied', 'rejected', 'stale']),
  }),
  file_update: z.object({
    path,
    /** Null when the file is gone. */
    hash: hash.nullable(),
    /** Who changed it: a user id, or `assistant`. */
    origin: z.string(),
    content: z.string().optional(),
  }),
  approval_required: approval.omit({ state: true }),
  approval_resolved: z.object({
    approval_id: z.string(),
    decision: z.enum(['approve', 'deny']).nullable(),
    by: z.string().nullable(),
    state: approvalState,
  }),
  session_update: z.object({
    update_type: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
  session_snapshot: z.object({
    approvals: z.array(approval),
    diffs: z.array(diff),
    messages: z.array(chatMessage),
    files: z.array(z.object({ path, hash })),
    running: z.array(runningRequest),
    terminals: z.array(openTerminal).optional(),
  }),
  concept_update: z.object({
    version: z.int(),
    nodes: z.array(
      z.object({ id: z.string(), label: z.string(), kind: z.string(), weight: z.number() }),
    ),
    links: z.array(z.object({ source: z.string(), target: z.string(), weight: z.number() })),
    removed: z.array(z.string()),
  }),
  phase_frame: z.object({
    /** Time since the start of the session, milliseconds. */
    t: z.number(),
    /** Order parameter of the phases, 0 (scattered) to 1 (in step). */
    coherence: z.number(),
    ids: z.array(z.string()),
    /** Radians, one for each of `ids`. */
    phases: z.array(z.number()),
  }),
  auth_expiring: z.object({ expires_at: instant }),
  disconnect: z.object({ code: z.int(), reason: z.string(), retry_after_ms: z.int() }),
} as const;

/** Wire name of an event. */
export type EventName = keyof typeof events;

/** Fields of an event, without the numbered envelope. */
export type EventFields<N extends EventName> = z.infer<(typeof events)[N]>;

/** The numbered envelope of an event. */
export interface EventEnvelope {
  /**
   * 1, 2, 3 … within an epoch, without gaps; absent on events that only concern one connection, and on
   * those of which only the latest matters.
   */
  seq?: number | undefined;
  session_id: string;
  timestamp: string;
  request_id?: string | undefined;
}

/** An event as it stands on the wire. */
export type EventMessage<N extends EventName = EventName> = {
  [K in N]: { type: K } & EventEnvelope & EventFields<K>;
}[N];
