import { anyOf, type Words } from '../any-of.ts';
import type { Family } from '../languages.ts';
import { rules } from './index.ts';
import type { Rule } from './rule.ts';
import { hidesNames } from './words.ts';

/**
 * The rules that could find something in a text, by the words that it holds. Most texts lack the
 * words of most rules, and to look for words costs a hundredth of what it costs to read a program.
 */
export function activeRules(content: string, family: Family): readonly Rule[] {
  const { all, first } = rulesOf[family];
  if (hidesNames(content, family)) return all;
  if (!first.some((pattern) => pattern.test(content))) return [];
  const known = new Map<string | RegExp, boolean>();
  const occurs = (word: string | RegExp): boolean => {
    const answer =
      known.get(word) ?? (typeof word === 'string' ? content.includes(word) : word.test(content));
    known.set(word, answer);
    return answer;
  };
  const holdsOneOf = (words: Words): boolean => words.some(occurs);
  return all.filter((rule) => needsOf(rule, family).every(holdsOneOf));
}

/** Rules of a family, and patterns of which one fits a text that has what any rule needs first. */
interface FamilyRules {
  readonly all: readonly Rule[];
  readonly first: readonly RegExp[];
}

/** Fits every text, for a rule that asks for no words. */
const everything = /^/;

const rulesOf: Readonly<Record<Family, FamilyRules>> = {
  python: familyRules('python'),
  javascript: familyRules('javascript'),
};

function familyRules(family: Family): FamilyRules {
  const all = rules.filter((rule) => rule.families.includes(family));
  const words = all.flatMap((rule) => needsOf(rule, family)[0] ?? [everything]);
  return { all, first: anyOf(words) };
}

function needsOf(rule: Rule, family: Family): readonly Words[] {
  return rule.needs[family] ?? [];
}
