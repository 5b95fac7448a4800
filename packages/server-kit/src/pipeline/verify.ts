import {
  actionOf,
  contract,
  type OperationName,
  type Proof,
  type ResultOf,
} from '@ide-assistant/sdk/protocol';
import type { Ruling } from './govern.ts';
import type { Parts } from '../parts.ts';
import type { ActionStatement, LogEntry } from '../verification/index.ts';
import type { Principal } from './authenticate.ts';
import { canonicalJson, hashOfJson } from './canonical-json.ts';
import type { ConfinedTarget } from './confine-path.ts';
import type { Permit } from './govern.ts';
import type { ScanReport } from './hunt.ts';
import { hashOf } from '../workspace/index.ts';

/** What the log says of a request in each of its entries. */
export interface Recorded {
  readonly parts: Parts;
  readonly sessionId: string;
  readonly principal: Principal;
  readonly name: OperationName;
  readonly input: Record<string, unknown>;
  readonly target: ConfinedTarget;
}

/**
 * Layer 6, before the effect: what is about to happen, by whom and why it is allowed. It is durable
 * before anything acts, so that no effect is without its entry. Reads have no effect and need none.
 *
 * @throws RequestError `audit_unavailable` when the log cannot be written; then nothing acts.
 */
export async function recordIntent(
  recorded: Recorded,
  permit: Permit,
  report: ScanReport,
  approvalId: string | null,
): Promise<LogEntry | null> {
  const operation = contract[recorded.name];
  if (!operation.verified || operation.class === 'read') return null;
  return recorded.parts.audit.append({
    ...statementOf(recorded),
    phase: 'intent',
    decision: 'allow',
    policies: permit.policies,
    policyVersion: recorded.parts.policy.version,
    ...(report.riskScore === null ? {} : { risk: Math.round(report.riskScore * 10) }),
    ...(approvalId === null ? {} : { approvalId }),
  });
}

/**
 * Layer 6, after the effect: signs what came of it.
 *
 * @returns The reply's proof; nothing for an operation that promises none.
 */
export async function verify<N extends OperationName>(
  recorded: Recorded,
  permit: Permit,
  intent: LogEntry | null,
  result: ResultOf<N>,
): Promise<Proof | Record<string, never>> {
  const { parts, name } = recorded;
  if (!contract[name].verified) return {};
  const output = canonicalJson(result);
  const entry = await parts.audit.append({
    ...statementOf(recorded),
    phase: 'result',
    decision: 'allow',
    policies: permit.policies,
    policyVersion: parts.policy.version,
    outputHash: hashOf(Buffer.from(output)),
    outputBytes: Buffer.byteLength(output),
    outcome: 'done',
    ...(intent ? { intent: intent.id } : {}),
  });
  return { verified: true, verification_id: entry.id, timestamp: entry.timestamp };
}

/** Closes an intent whose operation failed; the failure itself goes to the client. */
export async function recordFailure(
  recorded: Recorded,
  intent: LogEntry | null,
  outcome: string,
): Promise<void> {
  if (!intent) return;
  await recorded.parts.audit.append({
    ...statementOf(recorded),
    phase: 'result',
    intent: intent.id,
    outcome,
  });
}

/** Records that a request was refused or waits for a person. */
export function recordRuling(
  recorded: Recorded,
  ruling: Pick<Ruling, 'effect' | 'policies'>,
  outcome: string,
): Promise<LogEntry> {
  return recorded.parts.audit.append({
    ...statementOf(recorded),
    phase: 'decision',
    decision: ruling.effect,
    policies: ruling.policies,
    policyVersion: recorded.parts.policy.version,
    outcome,
  });
}

function statementOf({
  sessionId,
  principal,
  name,
  input,
  target,
}: Recorded): Pick<ActionStatement, 'actor' | 'action' | 'subject' | 'inputHash'> {
  return {
    actor: { sub: principal.userId, kind: principal.kind, sessionId },
    action: actionOf(name),
    subject: target.main ? `${sessionId}:${target.main.path}` : sessionId,
    inputHash: hashOfJson({ type: name, ...input }),
  };
}
