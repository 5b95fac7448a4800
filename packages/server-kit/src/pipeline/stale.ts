import { contract, type OperationName } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';
import {
  parseRequest,
  type ApprovalRecord,
  type ReviewDecision,
  type StaleReason,
} from '../governance/index.ts';
import type { OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import { baseHash, isAboutPath, pathsOf } from './base-version.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ConfinedTarget } from './confine-path.ts';

const messages: Readonly<Record<StaleReason, string>> = {
  session_ended: 'Whoever asked for this may no longer act here.',
  request_changed: 'The stored request is not the one that was approved.',
  path_changed: 'It would now happen elsewhere.',
  base_changed: 'The file has changed since it was asked for.',
  limits_changed: 'It would now run within other limits.',
  policies_changed: 'The policies now say something else about it.',
  findings_changed: 'The security scan now finds something in it.',
};

/** The refusal of an approved request that is no longer what was approved: it is to be asked anew. */
export function stale(reason: StaleReason, details: Record<string, unknown> = {}): RequestError {
  return new RequestError('conflict', `${messages[reason]} Ask again.`, {
    details: { stale: true, reason, ...details },
  });
}

/** Why an approved request was refused as stale; null for any other failure. */
export function staleReasonOf(error: unknown): StaleReason | null {
  if (!(error instanceof RequestError) || error.details?.['stale'] !== true) return null;
  return error.details['reason'] as StaleReason;
}

/** What a run is held to, as an approval keeps it; null for what runs nothing. */
export function runLimits(parts: Parts, name: OperationName): Record<string, unknown> | null {
  if (contract[name].class !== 'run') return null;
  const { limits, sandbox } = parts;
  return {
    executionMs: limits.executionMs,
    outputBytes: limits.outputBytes,
    driver: sandbox.capabilities.driver,
    network: sandbox.capabilities.protections.network.level,
    sandbox: { ...sandbox.limits },
  };
}

/**
 * What a person approved holds for the file that he saw, not for another one of the same name; for
 * the places that he saw, also where the request itself names none; and for the limits of then.
 *
 * @throws RequestError `conflict` (details: `stale`, `reason`) when one of them has changed since.
 */
export async function requireUnchanged(
  parts: Parts,
  session: OperationSession,
  approval: ApprovalRecord,
  target: ConfinedTarget,
): Promise<void> {
  const asked = parseRequest(approval.request);
  if (!isSame(asked.paths, pathsOf(target))) throw stale('path_changed');
  const current = await baseHash(session, target).catch((error: unknown) => {
    throw isAboutPath(error) ? stale('path_changed') : error;
  });
  if (current !== asked.baseHash) throw stale('base_changed', { current_hash: current });
  if (!isSame(asked.limits, runLimits(parts, asked.type))) throw stale('limits_changed');
}

/**
 * An approval lifts the reviews that the approver was told of, on their terms. What is asked now may
 * be less than that, as after a change of the policies, but nothing else.
 *
 * @throws RequestError `conflict` (details: `stale`, `reason`).
 */
export function requireCovered(approval: ApprovalRecord, review: ReviewDecision): void {
  const { policies, approvers, four_eyes } = approval;
  const isCovered =
    review.policies.every((id) => policies.includes(id)) &&
    approvers.every((role) => review.approvers.includes(role)) &&
    (four_eyes || !review.fourEyes);
  if (!isCovered) throw stale('policies_changed');
}

/** Compares as stored: what JSON does not keep, as an infinite limit, is the same on both sides. */
function isSame(stored: unknown, now: unknown): boolean {
  return canonicalJson(stored) === canonicalJson(JSON.parse(JSON.stringify(now)));
}
