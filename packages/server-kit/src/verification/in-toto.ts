import { KitError } from '../errors.ts';
import { keyChangeOf, type KeyChange } from './key-change.ts';
import { count, parseAction, parseStatement, record, text } from './statement.ts';
import type { ActionPhase, ActionStatement } from './statement.ts';

/** Type of the signed statement. @see https://github.com/in-toto/attestation/tree/main/spec/v1 */
export const statementType = 'https://in-toto.io/Statement/v1';

/** Type of the predicate that this log writes. */
export const predicateType = 'urn:ide-assistant:action:v1';

/** What an entry states beside its place: an action, or a change of the log's key. */
export interface EntryContent extends Omit<ActionStatement, 'phase'> {
  /** `key` is written by the log alone, when its key changes. */
  phase: ActionPhase | 'key';
  /** The new key; present in the phase `key` alone. */
  key?: KeyChange;
}

/** An action together with its place in the log. */
export interface RecordedStatement extends EntryContent {
  /** The entry's verification id. */
  id: string;
  /** The entry's place, counted from 0; `seq` in the predicate. */
  index: number;
  /** Leaf hash of the entry before, 64 hex digits; zeros for the first. */
  prev: string;
  /** When the entry was made, ISO 8601 UTC with milliseconds. */
  timestamp: string;
}

/** Makes the text that is signed: an in-toto Statement v1 as JSON. */
export function encodeStatement(entry: RecordedStatement): string {
  const input = hexOf(entry.inputHash);
  const hasOutput = entry.outputHash !== undefined || entry.outputBytes !== undefined;
  return JSON.stringify({
    _type: statementType,
    subject: [{ name: entry.subject, digest: { sha256: input } }],
    predicateType,
    // Keys whose value is undefined are left out by JSON.stringify.
    predicate: {
      id: entry.id,
      seq: entry.index,
      prev: entry.prev,
      timestamp: entry.timestamp,
      actor: entry.actor,
      action: entry.action,
      phase: entry.phase,
      intent: entry.intent,
      input: { sha256: input },
      output: hasOutput
        ? { sha256: entry.outputHash && hexOf(entry.outputHash), bytes: entry.outputBytes }
        : undefined,
      decision: entry.decision,
      policies: entry.policies,
      policyVersion: entry.policyVersion,
      approvalId: entry.approvalId,
      approver: entry.approver,
      risk: entry.risk,
      outcome: entry.outcome,
      key: entry.key,
    },
  });
}

/**
 * Reads the signed bytes back.
 *
 * @throws {KitError} `AUDIT_STATEMENT` when they are no statement of this log's kind, `SyntaxError`
 * when they are no JSON.
 */
export function decodeStatement(payload: Buffer): RecordedStatement {
  const statement = record(JSON.parse(payload.toString('utf8')), 'statement');
  if (statement['_type'] !== statementType || statement['predicateType'] !== predicateType) {
    throw new KitError('AUDIT_STATEMENT', `Not a statement of the type ${predicateType}.`);
  }
  const subjects = statement['subject'];
  const subject = record(Array.isArray(subjects) ? subjects[0] : undefined, 'subject');
  const predicate = record(statement['predicate'], 'predicate');
  const input = text(record(predicate['input'], 'input')['sha256'], 'input.sha256');
  // The subject's digest is what other in-toto tools look at, so it must say the same.
  if (record(subject['digest'], 'subject.digest')['sha256'] !== input) {
    throw new KitError('AUDIT_STATEMENT', 'The digests of subject and input differ.');
  }
  const output = predicate['output'] === undefined ? {} : record(predicate['output'], 'output');
  const outputHash = output['sha256'];
  const content = parseContent({
    ...predicate,
    subject: subject['name'],
    inputHash: `sha256:${input}`,
    outputHash: outputHash === undefined ? undefined : `sha256:${text(outputHash, 'output')}`,
    outputBytes: output['bytes'],
  });
  return {
    ...content,
    id: text(predicate['id'], 'id'),
    index: count(predicate['seq'], 'seq'),
    prev: text(predicate['prev'], 'prev'),
    timestamp: parseTimestamp(predicate['timestamp']),
  };
}

function parseContent(fields: Record<string, unknown>): EntryContent {
  if (fields['phase'] !== 'key') return parseStatement(fields);
  return { ...parseAction(fields), phase: 'key', key: keyChangeOf(fields['key']) };
}

// One form only, so that two of them compare as texts.
function parseTimestamp(value: unknown): string {
  const timestamp = text(value, 'timestamp');
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp)) return timestamp;
  throw new KitError('AUDIT_STATEMENT', 'timestamp must be ISO 8601 UTC with milliseconds.');
}

function hexOf(hash: string): string {
  return hash.slice('sha256:'.length);
}
