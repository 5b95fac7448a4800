import { createHash } from 'node:crypto';
import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { KitError } from '../errors.ts';
import type { Cedar } from './cedar.ts';
import { readAnnotations, type PolicyRule } from './policy-annotations.ts';
import { policySchema } from './policy-schema.ts';
import {
  idOf,
  placeOf,
  statementsOf,
  type PolicyPlace,
  type PolicySource,
  type PolicyStatement,
} from './policy-text.ts';

/** A policy that is known to parse, to fit the schema and to be annotated in full. */
export interface Policy {
  readonly rule: PolicyRule;
  /** Cedar text. */
  readonly text: string;
  /** The same, parsed. */
  readonly json: PolicyJson;
  readonly place: PolicyPlace;
}

/** Policies that hold together. */
export interface PolicySet {
  /** `sha256:` and 64 hex digits, over the schema and the policies in their order. */
  readonly version: string;
  /** By id, in the order of the texts; a policy named first gives a decision its code. */
  readonly policies: ReadonlyMap<string, Policy>;
}

/** What is wrong, and with which statement; `byte` tells where in it. */
interface Fault {
  statement: PolicyStatement;
  byte?: number | undefined;
  message: string;
}

/**
 * Reads and checks policies. What the validator only warns about is refused too: a policy that can
 * never apply is a protection that is not there.
 * @throws KitError `POLICY_INVALID` with a line for each fault: source, line, id, column where known.
 */
export function readPolicySet(cedar: Cedar, sources: readonly PolicySource[]): PolicySet {
  const policies = new Map<string, Policy>();
  const parsed: PolicyStatement[] = [];
  const faults: Fault[] = [];
  for (const statement of sources.flatMap(statementsOf)) {
    const answer = cedar.policyToJson(statement.text);
    if (answer.type === 'failure') {
      faults.push(...answer.errors.map((error) => faultOf(statement, error)));
      continue;
    }
    parsed.push(statement);
    try {
      const policy = readPolicy(statement, answer.json);
      const { id } = policy.rule;
      const twin = policies.get(id);
      if (twin) throw new Error(`@id is taken by ${twin.place.source}:${twin.place.line}`);
      policies.set(id, policy);
    } catch (error) {
      faults.push({ statement, message: error instanceof Error ? error.message : String(error) });
    }
  }
  faults.push(...validate(cedar, parsed));
  if (faults.length > 0) throw new KitError('POLICY_INVALID', inOrder(sources, faults).join('\n'));
  const misread = sources.flatMap((source) => misreading(cedar, source));
  if (misread.length > 0) throw new KitError('POLICY_INVALID', misread.join('\n'));
  const texts = [...policies.values()].map((policy) => policy.text);
  const hash = createHash('sha256').update([policySchema, ...texts].join('\n'));
  return { version: `sha256:${hash.digest('hex')}`, policies };
}

/**
 * How Cedar reads the whole text otherwise than we do its statements. A policy that we take for part
 * of a comment would otherwise be a protection that is not there.
 */
function misreading(cedar: Cedar, source: PolicySource): string[] {
  // Editors put a byte order mark at the begin, and Cedar has no token for it.
  const start = source.text.startsWith('\uFEFF') ? 1 : 0;
  const whole: PolicyStatement = { source, text: source.text.slice(start), start };
  const answer = cedar.policySetTextToParts(whole.text);
  if (answer.type === 'failure') {
    return answer.errors.map((error) => {
      const { line, column } = placeOf(whole, error.sourceLocations?.[0]?.start ?? 0);
      return `${source.name}:${line}: column ${column}: ${textOf(error)}`;
    });
  }
  const found = answer.policies.length + answer.policy_templates.length;
  const { length: counted } = statementsOf(source);
  if (found === counted) return [];
  return [`${source.name}:1: Cedar counts ${found} policies in this text, we count ${counted}`];
}

function readPolicy(statement: PolicyStatement, json: PolicyJson): Policy {
  const rule = readAnnotations(json.effect, json.annotations ?? {});
  if (rule.effect === 'review' && !isLiftedByApproval(json)) {
    throw new Error('a review must end in `unless { context.approved }`, or no approval lifts it');
  }
  return { rule, text: statement.text, json, place: placeOf(statement) };
}

function isLiftedByApproval(policy: PolicyJson): boolean {
  const approved = { '.': { left: { Var: 'context' }, attr: 'approved' } };
  return policy.conditions.some(
    ({ kind, body }) => kind === 'unless' && JSON.stringify(body) === JSON.stringify(approved),
  );
}

function validate(cedar: Cedar, statements: readonly PolicyStatement[]): Fault[] {
  const texts = statements.map(({ text }) => text);
  const answer = cedar.validate({
    schema: policySchema,
    // Numbers for names: an id may be missing or taken twice, and the rest is still worth checking.
    policies: { staticPolicies: Object.fromEntries(texts.entries()) },
  });
  if (answer.type === 'failure') {
    throw new KitError('POLICY_INVALID', answer.errors.map(textOf).join('\n'));
  }
  const { validationErrors, validationWarnings, otherWarnings } = answer;
  if (otherWarnings.length > 0) {
    throw new KitError('POLICY_INVALID', otherWarnings.map(textOf).join('\n'));
  }
  // "Can never apply" says nothing more of a policy that names what does not exist.
  const wrong = new Set(validationErrors.map(({ policyId }) => policyId));
  const warnings = validationWarnings.filter(({ policyId }) => !wrong.has(policyId));
  return [...validationErrors, ...warnings].flatMap(({ policyId, error }) => {
    const statement = statements[Number(policyId)];
    if (!statement) return [];
    const { message, byte } = faultOf(statement, error);
    return [{ statement, byte, message: message.replace(`for policy \`${policyId}\`, `, '') }];
  });
}

function faultOf(statement: PolicyStatement, error: DetailedError): Fault {
  return { statement, byte: error.sourceLocations?.[0]?.start, message: textOf(error) };
}

function textOf(error: DetailedError): string {
  const text = error.help === null ? error.message : `${error.message} (${error.help})`;
  return (
    text
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace('failed to parse policy from string: ', '')
      // The same mistake is found anew for each action that the policy applies to.
      .replace(/ in context for IDE::Action::"[^"]*"/, ' in context')
  );
}

/** One line for each fault, in the order in which a reader comes upon them. */
function inOrder(sources: readonly PolicySource[], faults: readonly Fault[]): string[] {
  const lines = faults
    .map((fault) => ({ fault, place: placeOf(fault.statement, fault.byte) }))
    .sort(
      (a, b) =>
        sources.indexOf(a.fault.statement.source) - sources.indexOf(b.fault.statement.source) ||
        a.place.line - b.place.line ||
        (a.place.column ?? 0) - (b.place.column ?? 0),
    )
    .map(({ fault, place }) => {
      const id = idOf(fault.statement);
      const policy = id === undefined ? 'a policy without @id' : `policy "${id}"`;
      const column = place.column === undefined ? '' : `, column ${place.column}`;
      return `${place.source}:${place.line}: ${policy}${column}: ${fault.message}`;
    });
  return [...new Set(lines)];
}
