import type { OperationName } from '@ide-assistant/sdk/protocol';
import { KitError } from '../errors.ts';
import { actionGroups } from './action-groups.ts';
import { loadCedar, type Cedar } from './cedar.ts';
import { toCedarRequest, type CedarRequest } from './cedar-request.ts';
import { createDecisionMemo } from './decision-memo.ts';
import type { Decision } from './decision.ts';
import { defaultPolicies } from './default-policies.ts';
import { evaluate } from './evaluate.ts';
import type { PolicyRequest } from './policy-request.ts';
import { policySchema } from './policy-schema.ts';
import { readPolicySet, type PolicySet } from './policy-set.ts';

/** Decides on requests by one fixed set of policies. A changed set is a new engine. */
export interface PolicyEngine {
  /** Hash of the schema and the policies, `sha256:` and 64 hex digits. */
  readonly version: string;
  /**
   * What the policies say to a request; whatever goes wrong on the way is a block.
   * `approved` tells that a person has approved exactly this request, so no review is asked for.
   */
  decide(request: PolicyRequest, options?: { approved?: boolean }): Decision;
}

/** How to make a {@link PolicyEngine}. */
export interface PolicyEngineOptions {
  /** Cedar text of the host, added to the defaults. */
  policies?: string;
  /** Whether {@link defaultPolicies} hold. Without them nothing is allowed that `policies` does not permit. @default true */
  defaults?: boolean;
  /** How many decisions to keep; 0 keeps none. @default 4096 */
  memoEntries?: number;
  /** Told why a request was blocked as `REQUEST_INVALID`, `POLICY_ERROR` or `ENGINE_ERROR`. */
  onError?: (error: Error) => void;
}

/**
 * Reads the policies, checks them against the schema and makes an engine.
 * @throws KitError `POLICY_INVALID`, which names each policy at fault by id and line.
 */
export async function createPolicyEngine(options: PolicyEngineOptions = {}): Promise<PolicyEngine> {
  const { policies = '', defaults = true, memoEntries = 4096, onError = () => {} } = options;
  if (!Number.isInteger(memoEntries) || memoEntries < 0) {
    throw new KitError('OPTION_INVALID', 'memoEntries must be a whole number from 0.');
  }
  const cedar = await loadCedar();
  const set = readPolicySet(cedar, [
    ...(defaults ? [{ name: 'default policies', text: defaultPolicies }] : []),
    { name: 'host policies', text: policies },
  ]);
  preparse(cedar, set);
  warmUp(cedar, set);
  // Cedar is pure and an engine has one set of policies, so a decision kept under all that Cedar
  // sees of the request, roles included, is exact.
  const memo = createDecisionMemo(memoEntries);

  return {
    version: set.version,
    decide(request, { approved = false } = {}) {
      let asked: CedarRequest;
      try {
        asked = toCedarRequest(request, approved);
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        return requestInvalid;
      }
      const key = JSON.stringify(asked);
      const kept = memo.get(key);
      if (kept) return kept;
      const { decision, error } = evaluate(cedar, set, asked);
      if (error) onError(error);
      // A trap in WebAssembly may pass, so only what Cedar answered is kept.
      if (!error) memo.set(key, decision);
      return decision;
    },
  };
}

/**
 * Cedar keeps parsed sets by name, per thread, for as long as the process lives. The name is the
 * content's hash: two engines never share a name by mistake, and the same set is kept once.
 */
function preparse(cedar: Cedar, { version, texts }: PolicySet): void {
  for (const answer of [
    cedar.preparseSchema(version, policySchema),
    cedar.preparsePolicySet(version, { staticPolicies: texts }),
  ]) {
    if (answer.type === 'failure') {
      throw new KitError('POLICY_INVALID', answer.errors.map((error) => error.message).join('\n'));
    }
  }
}

/**
 * Asks once for each operation: the first decisions are slow while WebAssembly is optimised, and an
 * engine that cannot decide at all should be found at start.
 */
function warmUp(cedar: Cedar, set: PolicySet): void {
  for (const action of Object.keys(actionGroups) as OperationName[]) {
    const request: PolicyRequest = {
      principal: { kind: 'user', userId: 'warm-up', roles: ['developer'] },
      action,
      resource: { kind: 'path', path: 'warm-up.txt' },
      context: { sessionId: 'warm-up' },
    };
    const { decision, error } = evaluate(cedar, set, toCedarRequest(request, false));
    if (error && decision.policies.length === 0) {
      throw new KitError('POLICY_INVALID', `Cedar cannot decide: ${error.message}`, {
        cause: error,
      });
    }
  }
}

const requestInvalid: Decision = Object.freeze({
  effect: 'block',
  policies: [],
  code: 'REQUEST_INVALID',
  reason: 'The request could not be put to the policies.',
});
