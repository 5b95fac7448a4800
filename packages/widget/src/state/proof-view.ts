import type { Verification, VerifiedEntry } from '@ide-assistant/sdk/verify';
import { proofStrings as words } from '../strings/canvas.ts';

/** What a person is told of a check. */
export interface ProofView {
  /** `neutral` is a check that could not be made; nothing was found wrong. */
  tone: 'good' | 'neutral' | 'bad';
  title: string;
  /** What was found, one sentence each. */
  findings: readonly string[];
  /** What the entry states, label and value. */
  facts: readonly (readonly [label: string, value: string])[];
  /** What other tools need. */
  references: readonly (readonly [label: string, value: string])[];
}

/** Puts a check into words. */
export function proofView(check: Verification): ProofView {
  if (check.ok) {
    return {
      tone: 'good',
      title: words.good,
      findings: [words.signature, words.included(check.treeSize), continuation(check)],
      facts: factsOf(check),
      references: [
        [words.index, String(check.index)],
        [words.log, check.origin],
        [words.root, check.root],
      ],
    };
  }
  const nothing = { facts: [], references: [] };
  if (check.code === 'UNSUPPORTED') {
    const findings = [check.message, words.nothingWrong];
    return { tone: 'neutral', title: words.unsupported, findings, ...nothing };
  }
  const findings = [words.alarms[check.code], words.advice];
  return { tone: 'bad', title: words.broken, findings, ...nothing };
}

function continuation({ firstUse, consistentWith }: VerifiedEntry): string {
  if (firstUse) return words.firstUse;
  return consistentWith === null ? words.firstCheckpoint : words.continues(consistentWith);
}

function factsOf({ statement, keyId }: VerifiedEntry): [string, string][] {
  const { actor, action, subject, timestamp, outcome } = statement;
  // A subject is a session, and in it mostly a path.
  const path = subject.slice(subject.indexOf(':') + 1);
  return [
    [words.who, words.actors[actor.kind](actor.sub)],
    [words.what, `${words.action(action)} ${path}`],
    [words.when, new Date(timestamp).toLocaleString()],
    ...(outcome === undefined ? [] : [[words.outcome, outcome] as [string, string]]),
    [words.key, shortKey(keyId)],
  ];
}

/** Enough of a key's id to compare by eye. */
function shortKey(id: string): string {
  return id.slice(0, 16).replaceAll(/.{4}(?=.)/g, '$& ');
}
