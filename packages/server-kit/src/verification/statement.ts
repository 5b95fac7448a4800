import { KitError } from '../errors.ts';

/**
 * Steps that are recorded. Only a `result` closes an `intent`. `auth` is a refused handshake or a
 * revocation, with the reason as `outcome`; `policy` a policy set that was loaded or refused, with
 * its `policyVersion`; `boot` a start of the server.
 */
export type ActionPhase =
  | 'intent'
  | 'result'
  | 'decision'
  | 'approval'
  | 'auth'
  | 'policy'
  | 'boot';

/**
 * What was done, by whom, to what. Content never enters the log: inputs and outputs appear as
 * hashes and sizes only.
 */
export interface ActionStatement {
  /**
   * Who acted; `kind` keeps what the assistant did apart from what its user did, and `server` is
   * for what the kit does by itself. `sub` is empty where nobody is known, as of a refused
   * handshake.
   */
  actor: { sub: string; kind: 'user' | 'assistant' | 'server'; sessionId: string };
  /** Audit action, as `ide_file_save`. */
  action: string;
  phase: ActionPhase;
  /** What was acted on, as `s_abc:src/a.py`. */
  subject: string;
  /** Hash of the request's input, `sha256:` and 64 lower-case hex digits. */
  inputHash: string;
  /** Hash of what came out, in the same form. */
  outputHash?: string;
  /** Size of what came out, bytes. */
  outputBytes?: number;
  /** Verification id of the intent that this entry belongs to. */
  intent?: string;
  decision?: 'allow' | 'block' | 'review';
  /** Ids of the policies that decided. */
  policies?: readonly string[];
  /** Hash or version of the policy set in force; required in the phase `policy`. */
  policyVersion?: string;
  approvalId?: string;
  /** Who decided, where that is not the actor; only in the phase `approval`. */
  approver?: string;
  /** Risk score that the decision saw. */
  risk?: number;
  /**
   * How it ended, as `ok`, `failed`, `cancelled`; `unknown` when a crash hid the end. Required in
   * the phase `auth`.
   */
  outcome?: string;
}

/** The fields of a statement, unchecked. */
export type StatementFields = Partial<Record<keyof ActionStatement, unknown>>;

/**
 * Copies a statement field by field, so that nothing undeclared reaches the log, and refuses what
 * could not be read back.
 *
 * @throws {KitError} `AUDIT_STATEMENT`, naming the field.
 */
export function parseStatement(fields: StatementFields): ActionStatement {
  const phase = oneOf(phases, fields.phase, 'phase');
  return { ...parseAction(fields), phase };
}

/**
 * The same for all fields but the phase.
 *
 * @throws {KitError} `AUDIT_STATEMENT`, naming the field.
 */
export function parseAction(fields: StatementFields): Omit<ActionStatement, 'phase'> {
  const action: Omit<ActionStatement, 'phase'> = {
    actor: parseActor(fields.actor),
    action: text(fields.action, 'action'),
    subject: text(fields.subject, 'subject'),
    inputHash: hash(fields.inputHash, 'inputHash'),
  };
  if (fields.outputHash !== undefined) action.outputHash = hash(fields.outputHash, 'outputHash');
  if (fields.outputBytes !== undefined) {
    action.outputBytes = count(fields.outputBytes, 'outputBytes');
  }
  if (fields.intent !== undefined) action.intent = text(fields.intent, 'intent');
  if (fields.decision !== undefined) {
    action.decision = oneOf(decisions, fields.decision, 'decision');
  }
  if (fields.policies !== undefined) action.policies = texts(fields.policies, 'policies');
  if (fields.policyVersion !== undefined || fields.phase === 'policy') {
    action.policyVersion = text(fields.policyVersion, 'policyVersion');
  }
  if (fields.approvalId !== undefined) action.approvalId = text(fields.approvalId, 'approvalId');
  if (fields.approver !== undefined) action.approver = approver(fields);
  if (fields.risk !== undefined) action.risk = finite(fields.risk, 'risk');
  if (fields.outcome !== undefined || fields.phase === 'auth') {
    action.outcome = text(fields.outcome, 'outcome');
  }
  return action;
}

/**
 * Reads an unknown value as an object with unknown fields.
 *
 * @throws {KitError} `AUDIT_STATEMENT`.
 */
export function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw wrong(name, 'an object');
}

/**
 * Reads an unknown value as a string.
 *
 * @throws {KitError} `AUDIT_STATEMENT`.
 */
export function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string');
}

/**
 * Reads an unknown value as a whole number from 0.
 *
 * @throws {KitError} `AUDIT_STATEMENT`.
 */
export function count(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(name, 'a whole number from 0');
}

const phases = ['intent', 'result', 'decision', 'approval', 'auth', 'policy', 'boot'] as const;
const decisions = ['allow', 'block', 'review'] as const;
const actorKinds = ['user', 'assistant', 'server'] as const;

function parseActor(value: unknown): ActionStatement['actor'] {
  const actor = record(value, 'actor');
  return {
    sub: text(actor['sub'], 'actor.sub'),
    kind: oneOf(actorKinds, actor['kind'], 'actor.kind'),
    sessionId: text(actor['sessionId'], 'actor.sessionId'),
  };
}

function approver({ approver: value, phase }: StatementFields): string {
  if (phase === 'approval') return text(value, 'approver');
  throw wrong('approver', 'absent outside of the phase approval');
}

function hash(value: unknown, name: string): string {
  if (typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)) return value;
  throw wrong(name, 'sha256: and 64 lower-case hex digits');
}

// NaN and Infinity become null in JSON and would not be a number when the log is read again.
function finite(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(name, 'a finite number');
}

function texts(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw wrong(name, 'a list of strings');
  return value.map((item) => text(item, name));
}

function oneOf<const T extends string>(allowed: readonly T[], value: unknown, name: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw wrong(name, `one of ${allowed.join(', ')}`);
}

function wrong(name: string, expected: string): KitError {
  return new KitError('AUDIT_STATEMENT', `${name} of an audit statement must be ${expected}.`);
}
