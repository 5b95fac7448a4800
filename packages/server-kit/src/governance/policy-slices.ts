import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { actionOf, type OperationName } from '@ide-assistant/sdk/protocol';
import { actionGroups } from './action-groups.ts';
import { joinNeeds, needsOf, withoutAction, type PolicyNeeds } from './policy-needs.ts';
import type { PolicyPrincipal } from './policy-request.ts';
import type { Policy } from './policy-set.ts';

/** The policies that can have a say in some requests, and what they look at. */
export interface PolicySlice {
  /** Differs between the slices of one set. */
  readonly index: number;
  /** In the order of the set. */
  readonly policies: readonly Policy[];
  /** The same as Cedar is given them, by id. */
  readonly forCedar: Readonly<Record<string, string | PolicyJson>>;
  readonly needs: PolicyNeeds;
}

/** Cedar's name of each kind of principal. */
export const principalTypes = { user: 'IDE::User', assistant: 'IDE::Assistant' } as const;

/**
 * Finds, for each kind of principal and each operation, the policies whose head lets them apply.
 * Most requests then meet three or four policies, and carry only what those look at; Cedar takes
 * longer to read a request than to decide on it.
 */
export function slicesOf(policies: Iterable<Policy>): {
  all: readonly PolicySlice[];
  sliceFor(kind: PolicyPrincipal['kind'], action: OperationName): PolicySlice;
} {
  const entries = [...policies].map((policy) => {
    const short = withoutAction(policy.json);
    return { policy, given: short ?? policy.text, needs: needsOf(short ?? policy.json) };
  });
  const slices = new Map<string, PolicySlice>();
  const byKind = { user: slicesFor('user'), assistant: slicesFor('assistant') };
  return {
    all: [...slices.values()],
    sliceFor: (kind, action) => byKind[kind][action],
  };

  function slicesFor(kind: PolicyPrincipal['kind']): Record<OperationName, PolicySlice> {
    const names = Object.keys(actionGroups) as OperationName[];
    return Object.fromEntries(names.map((action) => [action, sliceOf(kind, action)])) as Record<
      OperationName,
      PolicySlice
    >;
  }

  function sliceOf(kind: PolicyPrincipal['kind'], action: OperationName): PolicySlice {
    const able = entries.filter(
      ({ policy: { json } }) => fitsPrincipal(json, kind) && fitsAction(json, action),
    );
    const key = able.map(({ policy }) => policy.rule.id).join('\n');
    const slice = slices.get(key) ?? {
      index: slices.size,
      policies: able.map(({ policy }) => policy),
      forCedar: Object.fromEntries(able.map(({ policy, given }) => [policy.rule.id, given])),
      needs: joinNeeds(able.map(({ needs }) => needs)),
    };
    slices.set(key, slice);
    return slice;
  }
}

/** Roles and the like are left to Cedar; only the type is looked at. */
function fitsPrincipal({ principal }: PolicyJson, kind: PolicyPrincipal['kind']): boolean {
  if (principal.op === 'is') return principal.entity_type === principalTypes[kind];
  if (principal.op !== '==' || !('entity' in principal)) return true;
  return idOf(principal.entity).type === principalTypes[kind];
}

function fitsAction({ action }: PolicyJson, name: OperationName): boolean {
  if (action.op === 'All') return true;
  if ('slot' in action) return true;
  const named = 'entities' in action ? action.entities : [action.entity];
  const ids = [actionOf(name), actionGroups[name]] as const;
  return named.some((entity) => ids.some((id) => idOf(entity).id === id));
}

function idOf(entity: Extract<PolicyJson['action'], { entity: unknown }>['entity']) {
  return '__entity' in entity ? entity.__entity : entity;
}
