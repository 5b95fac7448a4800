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

/** An entry that says what is about to happen. */
export interface Intent extends LogEntry {
  /** Of the request's input, so that a whole file is hashed once and not for each entry. */
  readonly inputHash: string;
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
): Promise<Intent | null> {
  const operation = contract[recorded.name];
  if (!operation.verified || operation.class === 'read') return null;
  const statement = statementOf(recorded);
  const entry = await recorded.parts.audit.append({
    ...statement,
    phase: 'intent',
    decision: 'allow',
    policies: permit.policies,
    policyVersion: permit.policyVersion,
    ...(report.riskScore === null ? {} : { risk: Math.round(report.riskScore * 10) }),
    ...(approvalId === null ? {} : { approvalId }),
  });
  return { ...entry, inputHash: statement.inputHash };
}

/**
 * Layer 6, after the effect: signs what came of it.
 *
 * @returns The reply's proof; nothing for an operation that promises none.
 */
export async function verify<N extends OperationName>(
  recorded: Recorded,
  permit: Permit,
  intent: Intent | null,
  result: ResultOf<N>,
): Promise<Proof | Record<string, never>> {
  const { parts, name } = recorded;
  if (!contract[name].verified) return {};
  const output = Buffer.from(canonicalJson(result));
  const entry = await parts.audit.append({
    ...statementOf(recorded, intent),
    phase: 'result',
    decision: 'allow',
    policies: permit.policies,
    policyVersion: permit.policyVersion,
    outputHash: hashOf(output),
    outputBytes: output.length,
    outcome: 'done',
    ...(intent ? { intent: intent.id } : {}),
  });
  return { verified: true, verification_id: entry.id, timestamp: entry.timestamp };
}

/** Closes an intent whose operation failed; the failure itself goes to the client. */
export async function recordFailure(
  recorded: Recorded,
  intent: Intent | null,
  outcome: string,
): Promise<void> {
  if (!intent) return;
  await recorded.parts.audit.append({
    ...statementOf(recorded, intent),
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

function statementOf(
  { sessionId, principal, name, input, target }: Recorded,
  intent: Intent | null = null,
): Pick<ActionStatement, 'actor' | 'action' | 'subject' | 'inputHash'> {
  return {
    actor: { sub: principal.userId, kind: principal.kind, sessionId },
    action: actionOf(name),
    subject: target.main ? `${sessionId}:${target.main.path}` : sessionId,
    inputHash: intent?.inputHash ?? hashOfJson({ type: name, ...input }),
  };
}
