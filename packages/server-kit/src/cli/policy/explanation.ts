import { actionOf } from '@ide-assistant/sdk/protocol';
import type {
  Decision,
  PolicyDescription,
  PolicyEngine,
  PolicyRequest,
  ReviewDecision,
} from '../../governance/index.ts';

/** A decision with all that led to it. */
export interface Explanation {
  request: PolicyRequest;
  approved: boolean;
  decision: Decision;
  /** The policies that decided, in their order. */
  policies: readonly PolicyDescription[];
  /** Where nothing permits the request: the policies that permit it to others, or of other things. */
  permitsElsewhere: readonly PolicyDescription[];
  version: string;
}

/** Asks an engine, and gathers what its policies say of themselves. */
export function explanationOf(
  engine: PolicyEngine,
  request: PolicyRequest,
  approved: boolean,
): Explanation {
  const decision = engine.decide(request, { approved });
  const describe = (ids: readonly string[]) =>
    ids.map((id) => engine.policies.get(id)).filter((policy) => policy !== undefined);
  const able = describe(engine.ableToApply(request.principal.kind, request.action));
  const isUnpermitted = decision.effect === 'block' && decision.code === 'NO_PERMIT';
  return {
    request,
    approved,
    decision,
    policies: describe(decision.policies),
    permitsElsewhere: isUnpermitted ? able.filter((policy) => policy.effect === 'permit') : [],
    version: engine.version,
  };
}

/** The explanation as a person reads it. */
export function inWords(explanation: Explanation): string {
  const { decision, policies, permitsElsewhere } = explanation;
  return [
    verdictOf(explanation),
    ...policies.map(wordsOfPolicy),
    ...(decision.effect === 'review' ? termsOf(decision) : []),
    ...(decision.effect === 'block' ? wordsOfBlock(decision.code, permitsElsewhere) : []),
    '',
  ].join('\n');
}

function verdictOf({ request, approved, decision }: Explanation): string {
  const { principal, action, resource } = request;
  const roles = principal.roles.length === 0 ? 'no role' : `role ${principal.roles.join(', ')}`;
  const user = `${principal.userId} (${roles})`;
  const who = principal.kind === 'user' ? user : `the assistant, acting for ${user},`;
  const what = resource.kind === 'path' ? `on "${resource.path}"` : 'on the workspace';
  const verdict = {
    allow: 'ALLOWED',
    block: 'BLOCKED',
    review: 'REVIEW, a person must approve it first',
  }[decision.effect];
  const asked = approved ? ', approved by a person' : '';
  return `${verdict}: ${who} asks for ${actionOf(action)} ${what}${asked}.`;
}

function wordsOfPolicy(policy: PolicyDescription): string {
  const verb = { permit: 'permitted', block: 'blocked', review: 'held back' }[policy.effect];
  return `  ${verb} by ${wordsOf(policy)}`;
}

function wordsOf(policy: PolicyDescription): string {
  const { id, place, reason = 'no reason given' } = policy;
  const code = 'code' in policy ? ` ${policy.code}` : '';
  return `"${id}"${code} (${place.source}:${place.line}): ${reason}`;
}

function termsOf({ approvers, fourEyes, grantable, ttlMs }: ReviewDecision): string[] {
  const others = fourEyes ? ', other than the one who asked' : '';
  return [
    `  approved by one with the role ${approvers.join(' or ')}${others}`,
    `  waits for ${durationOf(ttlMs)}, then it is refused`,
    grantable
      ? '  may be granted for the rest of the session'
      : '  is asked anew each time: it may not be granted for the session',
  ];
}

function wordsOfBlock(code: string, permitsElsewhere: readonly PolicyDescription[]): string[] {
  if (code === 'NO_APPROVER') return ['  each wants other approvers, so nobody could approve it'];
  if (code !== 'NO_PERMIT') return ['  no approval lifts this'];
  return [
    '  no policy permits it, and what none permits is refused',
    ...permitsElsewhere.map((policy) => `  it would take ${wordsOf(policy)}`),
  ];
}

function durationOf(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const [count, unit] =
    seconds % 3600 === 0
      ? [seconds / 3600, 'hour']
      : seconds % 60 === 0
        ? [seconds / 60, 'minute']
        : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
