import type { OperationName, ParsedInputOf } from '@ide-assistant/sdk/protocol';
import { strictestDecision, type Decision } from '../governance/index.ts';
import type { OperationHandler, OperationSession, PolicyFacts } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import type { Principal } from './authenticate.ts';
import type { ConfinedTarget } from './confine-path.ts';

declare const layer: unique symbol;

/** That the policies allow a request: evidence of layer 3. */
export interface Permit {
  readonly [layer]: 'allowed';
  readonly policies: readonly string[];
  /** Of the set that allowed it; another may have come into force since. */
  readonly policyVersion: string;
  readonly facts: PolicyFacts;
}

/** A refusal of the policies, or their wish that a person decides. */
export type Ruling = Exclude<Decision, { effect: 'allow' }>;

/** Whether a person has already approved this very request. */
export interface Governed {
  approved: boolean;
}

/**
 * Layer 3. Asks the policies, whose default is no.
 *
 * @returns The permit, or the ruling that stands in its place.
 */
export async function govern<N extends OperationName>(
  parts: Parts,
  session: OperationSession,
  principal: Principal,
  name: N,
  handler: OperationHandler<N>,
  input: ParsedInputOf<N>,
  target: ConfinedTarget,
  { approved }: Governed,
): Promise<{ permit: Permit } | { ruling: Ruling }> {
  const facts = (await handler.describe?.(input, { parts, session, paths: target.paths })) ?? {};
  return rule(parts, session, principal, name, target, facts, {}, approved);
}

/** Asks the policies once more when the hunter has found something that they may care about. */
export function governFindings<N extends OperationName>(
  parts: Parts,
  session: OperationSession,
  principal: Principal,
  name: N,
  target: ConfinedTarget,
  permit: Permit,
  found: { riskScore: number; findings: readonly string[] },
  { approved }: Governed,
): { permit: Permit } | { ruling: Ruling } {
  return rule(parts, session, principal, name, target, permit.facts, found, approved);
}

function rule(
  parts: Parts,
  session: OperationSession,
  principal: Principal,
  action: OperationName,
  target: ConfinedTarget,
  facts: PolicyFacts,
  found: { riskScore?: number; findings?: readonly string[] },
  approved: boolean,
): { permit: Permit } | { ruling: Ruling } {
  const context = Object.fromEntries(
    Object.entries({ ...facts, ...found, sessionId: session.id }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as { sessionId: string };
  const named = Object.values(target.paths).map((confined) => confined.path);
  const decide = (resource: string | undefined) =>
    parts.policy.decide(
      {
        principal: { kind: principal.kind, userId: principal.userId, roles: principal.roles },
        action,
        resource: resource === undefined ? { kind: 'workspace' } : { kind: 'path', path: resource },
        context: resource === undefined ? context : { ...context, path: resource },
      },
      { approved },
    );
  // Every path that a request touches must be allowed, as both ends of a rename. Nothing is awaited
  // on the way, so one set of policies decides on all of them.
  const decision = strictestDecision([decide(named[0]), ...named.slice(1).map(decide)]);
  if (decision.effect !== 'allow') return { ruling: decision };
  const { version: policyVersion } = parts.policy;
  return { permit: { policies: decision.policies, policyVersion, facts } as unknown as Permit };
}
