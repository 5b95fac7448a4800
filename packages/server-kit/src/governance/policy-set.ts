import { createHash } from 'node:crypto';
import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { KitError } from '../errors.ts';
import type { Cedar } from './cedar.ts';
import { readAnnotations, type PolicyRule } from './policy-annotations.ts';
import { policySchema } from './policy-schema.ts';
import {
  idBefore,
  lineAt,
  positionOfByte,
  withoutComments,
  type PolicySource,
} from './policy-text.ts';

/** Policies that are known to parse, to fit the schema and to be annotated in full. */
export interface PolicySet {
  /** `sha256:` and 64 hex digits, over the schema and the policies in their order. */
  readonly version: string;
  /** By id, in the order of the texts; a policy named first gives a decision its code. */
  readonly rules: ReadonlyMap<string, PolicyRule>;
  /** Cedar text of each policy by id. */
  readonly texts: Readonly<Record<string, string>>;
}

interface LocatedPolicy {
  text: string;
  source: PolicySource;
  /** Where the policy begins in its source, UTF-16 units. */
  start: number;
}

/**
 * Reads and checks policies. What the validator only warns about is refused too: a policy that can
 * never apply is a protection that is not there.
 * @throws KitError `POLICY_INVALID`, which names each policy at fault by id, source and line.
 */
export function readPolicySet(cedar: Cedar, sources: readonly PolicySource[]): PolicySet {
  const located = new Map<string, LocatedPolicy>();
  const rules = new Map<string, PolicyRule>();
  const problems: string[] = [];
  for (const policy of sources.flatMap((source) => split(cedar, source))) {
    try {
      const rule = readRule(cedar, policy.text);
      const twin = located.get(rule.id);
      if (twin) throw new Error(`@id is taken by a policy of ${placeOf(twin)}`);
      located.set(rule.id, policy);
      rules.set(rule.id, rule);
    } catch (error) {
      problems.push(describe(policy, 0, error instanceof Error ? error.message : String(error)));
    }
  }
  refuse(problems);
  const texts = Object.fromEntries([...located].map(([id, policy]) => [id, policy.text]));
  refuse(validate(cedar, texts, located));
  const hash = createHash('sha256').update([policySchema, ...Object.values(texts)].join('\n'));
  return { version: `sha256:${hash.digest('hex')}`, rules, texts };
}

/** Splits a text here, since Cedar numbers the policies of a set and ignores `@id`. */
function split(cedar: Cedar, source: PolicySource): LocatedPolicy[] {
  const parts = cedar.policySetTextToParts(source.text);
  if (parts.type === 'failure') {
    throw invalid(
      parts.errors.map((error) => {
        const position = positionOfByte(source.text, startOf(error) ?? 0);
        const id = idBefore(source.text, position);
        return `${id === undefined ? 'A policy' : `Policy "${id}"`} (${source.name}, line ${lineAt(source.text, position)}): ${textOf(error)}`;
      }),
    );
  }
  if (parts.policy_templates.length > 0) {
    throw invalid([
      `A policy (${source.name}): holds a slot like ?principal; templates are not supported`,
    ]);
  }
  const bare = withoutComments(source.text);
  return parts.policies
    .map((text) => ({ text, source, start: Math.max(0, bare.indexOf(withoutComments(text))) }))
    .sort((a, b) => a.start - b.start);
}

function readRule(cedar: Cedar, text: string): PolicyRule {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') throw new Error(answer.errors.map(textOf).join('; '));
  const rule = readAnnotations(answer.json.effect, answer.json.annotations ?? {});
  if (rule.effect === 'review' && !isLiftedByApproval(answer.json)) {
    throw new Error('a review must end in `unless { context.approved }`, or no approval lifts it');
  }
  return rule;
}

function isLiftedByApproval(policy: PolicyJson): boolean {
  const approved = { '.': { left: { Var: 'context' }, attr: 'approved' } };
  return policy.conditions.some(
    ({ kind, body }) => kind === 'unless' && JSON.stringify(body) === JSON.stringify(approved),
  );
}

function validate(
  cedar: Cedar,
  texts: Readonly<Record<string, string>>,
  located: ReadonlyMap<string, LocatedPolicy>,
): string[] {
  const answer = cedar.validate({ schema: policySchema, policies: { staticPolicies: texts } });
  if (answer.type === 'failure') return answer.errors.map(textOf);
  const found =
    answer.validationErrors.length > 0 ? answer.validationErrors : answer.validationWarnings;
  return found.map(({ policyId, error }) => {
    const message = textOf(error).replace(`for policy \`${policyId}\`, `, '');
    const policy = located.get(policyId);
    return policy ? describe(policy, startOf(error) ?? 0, message) : message;
  });
}

function describe(policy: LocatedPolicy, byte: number, message: string): string {
  const id = idBefore(policy.text, policy.text.length);
  const name = id === undefined ? 'A policy without @id' : `Policy "${id}"`;
  return `${name} (${placeOf(policy, byte)}): ${message}`;
}

function placeOf({ text, source, start }: LocatedPolicy, byte = 0): string {
  return `${source.name}, line ${lineAt(source.text, start + positionOfByte(text, byte))}`;
}

function startOf(error: DetailedError): number | undefined {
  return error.sourceLocations?.[0]?.start;
}

function textOf(error: DetailedError): string {
  return error.help === null ? error.message : `${error.message} (${error.help})`;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw invalid(problems);
}

function invalid(problems: readonly string[]): KitError {
  return new KitError('POLICY_INVALID', problems.join('\n'));
}
