import type { Cedar } from './cedar.ts';
import type { CedarRequest } from './cedar-request.ts';
import { joinReviews, type BlockDecision, type Decision } from './decision.ts';
import type { PolicyRule } from './policy-annotations.ts';

/** What one evaluation gave. */
type Verdict =
  | { outcome: 'allow'; rules: readonly PolicyRule[] }
  | { outcome: 'deny'; rules: readonly PolicyRule[] }
  | { outcome: 'failure'; decision: BlockDecision; error: Error };

/** A decision, and what went wrong if that is why it blocks. */
export interface Evaluation {
  decision: Decision;
  error?: Error;
}

/** Policies that Cedar has parsed and knows under a name. */
export interface PreparsedPolicies {
  name: string;
  /** In the order of the set. */
  rules: readonly PolicyRule[];
}

/**
 * Puts a request to policies: allowed, blocked or, where only reviews stand in the way, reviewed.
 * Whatever goes wrong is a block.
 */
export function evaluate(
  cedar: Cedar,
  policies: PreparsedPolicies,
  asked: CedarRequest,
): Evaluation {
  const verdict = evaluateOnce(cedar, policies, asked);
  if (verdict.outcome === 'failure') return verdict;
  if (verdict.outcome === 'allow') return { decision: allow(verdict.rules) };
  const reviews = verdict.rules.filter((rule) => rule.effect === 'review');
  const [first, ...others] = reviews.map(termsOf);
  if (!first || reviews.length < verdict.rules.length) return { decision: refusal(verdict.rules) };

  // Only reviews stand in the way. Ask whether an approval would be enough: nobody should be
  // asked to approve what is refused all the same.
  const after = evaluateOnce(cedar, policies, {
    ...asked,
    context: { ...asked.context, approved: true },
  });
  if (after.outcome === 'failure') return after;
  return {
    decision: after.outcome === 'allow' ? joinReviews([first, ...others]) : refusal(after.rules),
  };
}

function evaluateOnce(cedar: Cedar, policies: PreparsedPolicies, asked: CedarRequest): Verdict {
  let answer: ReturnType<Cedar['statefulIsAuthorized']>;
  try {
    // Without the schema, which costs more to apply than the decision itself: the request was built
    // from checked values in the schema's types, and the policies were checked when they were read.
    answer = cedar.statefulIsAuthorized({ ...asked, preparsedPolicySetId: policies.name });
  } catch (error) {
    return failure('ENGINE_ERROR', [], error instanceof Error ? error.message : String(error));
  }
  if (answer.type === 'failure') {
    return failure('ENGINE_ERROR', [], answer.errors.map((error) => error.message).join('; '));
  }
  const { decision, diagnostics } = answer.response;
  // Cedar leaves out a policy that fails, a forbid too, and may then answer "allow".
  if (diagnostics.errors.length > 0) {
    return failure(
      'POLICY_ERROR',
      diagnostics.errors.map((error) => error.policyId).sort(),
      diagnostics.errors.map(({ error }) => error.message).join('; '),
    );
  }
  const rules = policies.rules.filter((rule) => diagnostics.reason.includes(rule.id));
  return { outcome: decision, rules };
}

function failure(code: string, policies: readonly string[], message: string): Verdict {
  const reason = 'The policies could not decide on this request; ask the operator.';
  return {
    outcome: 'failure',
    decision: block(code, reason, policies),
    error: new Error(`${code}: ${message}`),
  };
}

function allow(rules: readonly PolicyRule[]): Decision {
  return { effect: 'allow', policies: rules.map((rule) => rule.id) };
}

function refusal(rules: readonly PolicyRule[]): BlockDecision {
  const cause = rules.find((rule) => rule.effect === 'block') ?? rules[0];
  if (!cause || cause.effect === 'permit') {
    return block('NO_PERMIT', 'No policy permits this action to your roles.');
  }
  return block(
    cause.code,
    cause.reason,
    rules.map((rule) => rule.id),
  );
}

function termsOf(rule: Extract<PolicyRule, { effect: 'review' }>) {
  const { id, code, reason, approvers, fourEyes, grantable, ttlMs } = rule;
  return { policies: [id], code, reasons: [reason], approvers, fourEyes, grantable, ttlMs };
}

function block(code: string, reason: string, policies: readonly string[] = []): BlockDecision {
  return { effect: 'block', policies, code, reason };
}
