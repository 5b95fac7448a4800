import type { OperationName } from '@ide-assistant/sdk/protocol';
import { KitError } from '../errors.ts';
import { actionGroups } from './action-groups.ts';
import type { Cedar } from './cedar.ts';
import { keyOf, readFacts, toCedarRequest, type RequestFacts } from './cedar-request.ts';
import { createDecisionMemo } from './decision-memo.ts';
import type { Decision } from './decision.ts';
import { evaluate, type Evaluation, type PreparsedPolicies } from './evaluate.ts';
import type { PolicyRule } from './policy-annotations.ts';
import type { PolicyPrincipal, PolicyRequest } from './policy-request.ts';
import type { PolicySet } from './policy-set.ts';
import { slicesOf, type PolicySlice } from './policy-slices.ts';
import type { PolicyPlace } from './policy-text.ts';

/** What a policy says of itself, and where it stands. */
export type PolicyDescription = PolicyRule & { place: PolicyPlace };

/** One set of policies, parsed by Cedar and ready to decide. */
export interface LoadedPolicies {
  readonly set: PolicySet;
  /** By id, in the order of the texts. */
  readonly descriptions: ReadonlyMap<string, PolicyDescription>;
  /** The policies whose head lets them apply to such a request, whatever its other facts. */
  ableToApply(kind: PolicyPrincipal['kind'], action: OperationName): readonly string[];
  decide(request: PolicyRequest, approved: boolean): Decision;
  /** Gives Cedar's memory back; decides nothing afterwards. */
  release(): void;
}

/** How to make {@link LoadedPolicies}. */
export interface LoadOptions {
  cedar: Cedar;
  set: PolicySet;
  /** A name that no other set of this thread has at the same time. */
  slot: string;
  memoEntries: number;
  onError: (error: Error) => void;
}

/**
 * Gives a set of policies to Cedar.
 * @throws KitError `POLICY_INVALID` when Cedar cannot decide by them at all.
 */
export function loadPolicies(options: LoadOptions): LoadedPolicies {
  const { cedar, set, slot, memoEntries, onError } = options;
  const slices = slicesOf(set.policies.values());
  const preparsed = slices.all.map((slice) => preparse(cedar, `${slot}/${slice.index}`, slice));
  // Cedar is pure and the set is fixed, so a decision kept under all that its policies can see of
  // a request is exact. Another set has a memo of its own.
  const memo = createDecisionMemo(memoEntries);
  let isReleased = false;
  warmUp();

  return {
    set,
    descriptions: new Map(
      [...set.policies].map(([id, { rule, place }]) => [id, { ...rule, place }]),
    ),
    ableToApply: (kind, action) =>
      slices.sliceFor(kind, action).policies.map((policy) => policy.rule.id),

    decide(request, approved) {
      if (isReleased) {
        onError(new Error('ENGINE_ERROR: the policy engine is closed'));
        return engineClosed;
      }
      let facts: RequestFacts;
      try {
        facts = readFacts(request, approved);
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        return requestInvalid;
      }
      const slice = slices.sliceFor(facts.kind, facts.action);
      const key = keyOf(facts, slice.needs);
      const kept = memo.get(key);
      if (kept) return kept;
      const { decision, error } = ask(slice, facts);
      if (error) onError(error);
      // A trap in WebAssembly may pass, so only what Cedar answered is kept.
      else memo.set(key, decision);
      return decision;
    },

    release() {
      isReleased = true;
      // Cedar cannot forget a set, but a name may be given to another one.
      for (const { name } of preparsed) cedar.preparsePolicySet(name, { staticPolicies: {} });
    },
  };

  function ask(slice: PolicySlice, facts: RequestFacts): Evaluation {
    const policies = preparsed[slice.index];
    if (!policies) throw new RangeError('A slice was not given to Cedar.');
    return evaluate(cedar, policies, toCedarRequest(facts, slice.needs));
  }

  /**
   * Asks once for each operation: the first decisions are slow while WebAssembly is optimised, and
   * policies by which Cedar cannot decide at all should be found at start.
   */
  function warmUp(): void {
    for (const action of Object.keys(actionGroups) as OperationName[]) {
      const facts = readFacts(
        {
          principal: { kind: 'user', userId: 'warm-up', roles: ['developer'] },
          action,
          resource: { kind: 'path', path: 'warm-up.txt' },
          context: { sessionId: 'warm-up' },
        },
        false,
      );
      const { decision, error } = ask(slices.sliceFor('user', action), facts);
      if (error && decision.policies.length === 0) {
        throw new KitError('POLICY_INVALID', `Cedar cannot decide: ${error.message}`, {
          cause: error,
        });
      }
    }
  }
}

function preparse(
  cedar: Cedar,
  name: string,
  { policies, forCedar }: PolicySlice,
): PreparsedPolicies {
  const answer = cedar.preparsePolicySet(name, { staticPolicies: forCedar });
  if (answer.type === 'failure') {
    throw new KitError('POLICY_INVALID', answer.errors.map((error) => error.message).join('\n'));
  }
  return { name, rules: policies.map((policy) => policy.rule) };
}

const requestInvalid: Decision = Object.freeze({
  effect: 'block',
  policies: [],
  code: 'REQUEST_INVALID',
  reason: 'The request could not be put to the policies.',
});

const engineClosed: Decision = Object.freeze({
  effect: 'block',
  policies: [],
  code: 'ENGINE_ERROR',
  reason: 'The policies are no longer there to decide on this request.',
});
