import type { Alert, OperationName, ParsedInputOf } from '@ide-assistant/sdk/protocol';
import { joinReviews, type BlockDecision, type ReviewDecision } from '../governance/index.ts';
import type { OperationHandler, OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import type { Principal } from './authenticate.ts';
import type { ConfinedTarget } from './confine-path.ts';
import { govern, type Permit, type Ruling } from './govern.ts';
import { hunt, type ScanReport } from './hunt.ts';

/** What layers 3 and 4 say of a request together. */
export type Judgement =
  | Refusal
  | {
      permit: Permit;
      report: ScanReport;
      /** Set when the permit holds only once a person has approved the request. */
      review: ReviewDecision | null;
    };

/** That a policy or a finding refuses, which no approval lifts. */
export type Refusal =
  | { block: BlockDecision; alerts?: readonly Alert[] }
  | { finding: string; alerts: readonly Alert[] };

/** How often the policies may be replaced under one request before it is refused. */
const maxAttempts = 5;

/**
 * Layers 3 and 4 as if nobody had approved anything, so that a review is known with all that it asks
 * for: what the policies want by themselves and what they want of the findings are one question to
 * one person. Nobody is asked about what is refused all the same.
 */
export async function judge<N extends OperationName>(
  parts: Parts,
  session: OperationSession,
  principal: Principal,
  name: N,
  handler: OperationHandler<N>,
  input: ParsedInputOf<N>,
  target: ConfinedTarget,
): Promise<Judgement> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const { version } = parts.policy;
    const judged = await judgeOnce(parts, session, principal, name, handler, input, target);
    // Policies that are replaced meanwhile may want a review that the others did not: one set decides.
    if (parts.policy.version === version) return judged;
  }
  return {
    block: {
      effect: 'block',
      policies: [],
      code: 'POLICIES_CHANGED',
      reason: 'The policies are being replaced just now. Ask again.',
    },
  };
}

async function judgeOnce<N extends OperationName>(
  ...request: Parameters<typeof judge<N>>
): Promise<Judgement> {
  const asked = await govern(...request, { approved: false });
  const wanted = 'ruling' in asked ? asked.ruling : null;
  if (wanted?.effect === 'block') return { block: wanted };
  // A review says that an approval would be enough, so this gives the permit that it would lead to.
  const allowed = 'permit' in asked ? asked : await govern(...request, { approved: true });
  if ('ruling' in allowed) return { block: blockOf(allowed.ruling) };
  const { permit } = allowed;

  const hunted = await hunt(...request, permit, { approved: false });
  if ('blocking' in hunted) return { finding: hunted.reason, alerts: hunted.blocking };
  if ('report' in hunted) return { permit, report: hunted.report, review: wanted };
  const { ruling, alerts } = hunted;
  if (ruling.effect === 'block') return { block: ruling, alerts };
  const review = joinReviews(wanted ? [wanted, ruling] : [ruling]);
  if (review.effect === 'block') return { block: review, alerts };
  const after = await hunt(...request, permit, { approved: true });
  if ('report' in after) return { permit, report: after.report, review };
  return 'blocking' in after
    ? { finding: after.reason, alerts: after.blocking }
    : { block: blockOf(after.ruling), alerts: after.alerts };
}

/** A review where only a permit would do is a contradiction, and so a refusal. */
function blockOf(ruling: Ruling): BlockDecision {
  if (ruling.effect === 'block') return ruling;
  const [reason = ''] = ruling.reasons;
  return { effect: 'block', policies: ruling.policies, code: ruling.code, reason };
}
