import type { Decision } from './decision.ts';

/** Keeps the decisions that were asked for last. */
export interface DecisionMemo {
  get(key: string): Decision | undefined;
  set(key: string, decision: Decision): void;
}

/**
 * A longer key is not kept. Most are below 200 characters; without a bound, requests with paths of
 * 4 KB could fill the memo with tens of megabytes.
 */
const maxKeyLength = 2_048;

/**
 * Makes a memo of two generations: what is asked for moves to the young one, and once that is full
 * the old one is forgotten. Moving a key within one full Map, as for an exact order of use, takes V8
 * five times as long as looking it up. `maxEntries` 0 keeps nothing.
 */
export function createDecisionMemo(maxEntries: number): DecisionMemo {
  const perGeneration = Math.max(1, Math.floor(maxEntries / 2));
  let young = new Map<string, Decision>();
  let old = new Map<string, Decision>();
  return {
    get(key) {
      const recent = young.get(key);
      if (recent !== undefined) return recent;
      const decision = old.get(key);
      if (decision !== undefined) keep(key, decision);
      return decision;
    },
    set(key, decision) {
      if (maxEntries > 0 && key.length <= maxKeyLength) keep(key, decision);
    },
  };

  function keep(key: string, decision: Decision): void {
    if (young.size >= perGeneration) {
      if (maxEntries > 1) old = young;
      young = new Map();
    }
    young.set(key, decision);
  }
}
