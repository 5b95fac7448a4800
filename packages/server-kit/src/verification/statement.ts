import { KitError } from '../errors.ts';

/** Steps of an action that are recorded. Only a `result` closes an `intent`. */
export type ActionPhase = 'intent' | 'result' | 'decision' | 'approval' | 'boot';

/**
 * What was done, by whom, to what. Content never enters the log: inputs and outputs appear as
 * hashes and sizes only.
 */
export interface ActionStatement {
  /** Who acted; `kind` keeps what the assistant did apart from what its user did. */
  actor: { sub: string; kind: 'user' | 'assistant'; sessionId: string };
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
  /** Hash or version of the policy set in force. */
  policyVersion?: string;
  approvalId?: string;
  /** Risk score that the decision saw. */
  risk?: number;
  /** How it ended, as `ok`, `failed`, `cancelled`; `unknown` when a crash hid the end. */
  outcome?: string;
}

/**
 * Copies a statement field by field, so that nothing undeclared reaches the log, and refuses what
 * could not be read back.
 *
 * @throws {KitError} `AUDIT_STATEMENT`, naming the field.
 */
export function parseStatement(fields: Partial<Record<keyof ActionStatement, unknown>>) {
  const statement: ActionStatement = {
    actor: parseActor(fields.actor),
    action: text(fields.action, 'action'),
    phase: oneOf(phases, fields.phase, 'phase'),
    subject: text(fields.subject, 'subject'),
    inputHash: hash(fields.inputHash, 'inputHash'),
  };
  if (fields.outputHash !== undefined) statement.outputHash = hash(fields.outputHash, 'outputHash');
  if (fields.outputBytes !== undefined) {
    statement.outputBytes = count(fields.outputBytes, 'outputBytes');
  }
  if (fields.intent !== undefined) statement.intent = text(fields.intent, 'intent');
  if (fields.decision !== undefined) {
    statement.decision = oneOf(decisions, fields.decision, 'decision');
  }
  if (fields.policies !== undefined) statement.policies = texts(fields.policies, 'policies');
  if (fields.policyVersion !== undefined) {
    statement.policyVersion = text(fields.policyVersion, 'policyVersion');
  }
  if (fields.approvalId !== undefined) statement.approvalId = text(fields.approvalId, 'approvalId');
  if (fields.risk !== undefined) statement.risk = finite(fields.risk, 'risk');
  if (fields.outcome !== undefined) statement.outcome = text(fields.outcome, 'outcome');
  return statement;
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

const phases = ['intent', 'result', 'decision', 'approval', 'boot'] as const;
const decisions = ['allow', 'block', 'review'] as const;
const actorKinds = ['user', 'assistant'] as const;

function parseActor(value: unknown): ActionStatement['actor'] {
  const actor = record(value, 'actor');
  return {
    sub: text(actor['sub'], 'actor.sub'),
    kind: oneOf(actorKinds, actor['kind'], 'actor.kind'),
    sessionId: text(actor['sessionId'], 'actor.sessionId'),
  };
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
