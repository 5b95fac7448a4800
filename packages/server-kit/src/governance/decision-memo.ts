import type { Decision } from './decision.ts';

/** Keeps the decisions that were asked for last. */
export interface DecisionMemo {
  get(key: string): Decision | undefined;
  set(key: string, decision: Decision): void;
}

/**
 * A longer key is not kept. Most are below 600 characters; without a bound, requests with paths of
 * 4 KB could fill the memo with tens of megabytes.
 */
const maxKeyLength = 2_048;

/** Makes a memo that forgets what was asked for least recently. `maxEntries` 0 keeps nothing. */
export function createDecisionMemo(maxEntries: number): DecisionMemo {
  // A Map iterates in the order of insertion, so its first key is the one unused for longest.
  const decisions = new Map<string, Decision>();
  return {
    get(key) {
      const decision = decisions.get(key);
      if (decision === undefined) return undefined;
      decisions.delete(key);
      decisions.set(key, decision);
      return decision;
    },
    set(key, decision) {
      if (maxEntries === 0 || key.length > maxKeyLength) return;
      decisions.set(key, decision);
      const [oldest] = decisions.keys();
      if (decisions.size > maxEntries && oldest !== undefined) decisions.delete(oldest);
    },
  };
}
