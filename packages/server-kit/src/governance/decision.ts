/** The policies allow the request. */
export interface AllowDecision {
  effect: 'allow';
  /** Ids of the policies that decided. */
  policies: readonly string[];
}

/** The policies refuse the request; no approval lifts it. */
export interface BlockDecision {
  effect: 'block';
  /** Ids of the policies that decided; empty where no policy permits the request. */
  policies: readonly string[];
  /**
   * `@code` of the first of them, or one of the engine's own: `NO_PERMIT`, `NO_APPROVER`,
   * `REQUEST_INVALID`, `POLICY_ERROR`, `ENGINE_ERROR`.
   */
  code: string;
  /** For the person who asked. */
  reason: string;
}

/** The request may run once a person has approved it. */
export interface ReviewDecision {
  effect: 'review';
  /** Ids of the policies that ask for the review. */
  policies: readonly string[];
  /** `@code` of the first of them. */
  code: string;
  /** For the person who asked and for the approver. */
  reasons: readonly string[];
  /** Roles of which an approver must hold one. */
  approvers: readonly string[];
  /** Whether the requester may not approve it himself. */
  fourEyes: boolean;
  /** Whether an approver may let the same request pass unasked for a while. Never with `fourEyes`. */
  grantable: boolean;
  /** How long the request waits for a person, milliseconds. */
  ttlMs: number;
}

/** What the policies say to a request. */
export type Decision = AllowDecision | BlockDecision | ReviewDecision;

/** What one cause of a review asks for. */
export type ReviewTerms = Omit<ReviewDecision, 'effect'>;

/**
 * Joins what several causes ask for into one review that satisfies each: common approvers, shortest
 * wait, four eyes if one wants them, grantable only if all are. Blocks where no role is left, since
 * nobody could approve.
 */
export function joinReviews(
  terms: readonly [ReviewTerms, ...ReviewTerms[]],
): ReviewDecision | BlockDecision {
  const [first] = terms;
  const policies = unique(terms.flatMap((term) => term.policies));
  const approvers = first.approvers.filter((role) =>
    terms.every((term) => term.approvers.includes(role)),
  );
  if (approvers.length === 0) {
    return {
      effect: 'block',
      policies,
      code: 'NO_APPROVER',
      reason: 'Several reviews apply, and no role may approve all of them.',
    };
  }
  return {
    effect: 'review',
    policies,
    code: first.code,
    reasons: unique(terms.flatMap((term) => term.reasons)),
    approvers,
    fourEyes: terms.some((term) => term.fourEyes),
    grantable: terms.every((term) => term.grantable),
    ttlMs: Math.min(...terms.map((term) => term.ttlMs)),
  };
}

/**
 * The decision on a request that touches several paths, as a rename does: blocked if one is, else
 * one review that satisfies each, else allowed.
 */
export function strictestDecision(decisions: readonly [Decision, ...Decision[]]): Decision {
  const block = decisions.find((decision) => decision.effect === 'block');
  if (block) return block;
  const [review, ...others] = decisions.filter((decision) => decision.effect === 'review');
  if (review) return joinReviews([review, ...others]);
  return { effect: 'allow', policies: unique(decisions.flatMap((decision) => decision.policies)) };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
