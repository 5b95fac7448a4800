import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** What a policy looks at, so that a request need not carry the rest. */
export interface PolicyNeeds {
  /** Whether it looks beyond the type and the id: at roles, at the group, at the workspace. */
  principal: boolean;
  action: boolean;
  resource: boolean;
  /** Names in `context`; `all` where the policy takes it as a whole. */
  context: ReadonlySet<string> | 'all';
}

const typesOf = {
  principal: ['IDE::User', 'IDE::Assistant'],
  action: ['IDE::Action'],
  resource: ['IDE::Path', 'IDE::Workspace'],
} as const;

/**
 * The policy without what its head says of the action, for requests whose action is known to fit: they
 * then need not tell Cedar which group the action is in. Null where the policy holds a number that
 * JavaScript would change, as beyond 2^53.
 */
export function withoutAction(policy: PolicyJson): PolicyJson | null {
  return hasOnlySafeNumbers(policy.conditions) ? { ...policy, action: { op: 'All' } } : null;
}

function hasOnlySafeNumbers(node: unknown): boolean {
  if (typeof node === 'number') return Number.isSafeInteger(node);
  if (typeof node !== 'object' || node === null) return true;
  return Object.values(node).every(hasOnlySafeNumbers);
}

/**
 * Reads off the parsed policy what its answer can depend on. In doubt it needs more: a fact too many
 * costs microseconds, a fact too few changes the decision.
 */
export function needsOf(policy: PolicyJson): PolicyNeeds {
  const names = new Set<string>();
  const seen = new Set<string>();
  const found = { whole: false };
  for (const { body } of policy.conditions) visit(body);
  return {
    principal: hasIn(policy.principal) || seen.has('principal'),
    action: hasIn(policy.action) || seen.has('action'),
    resource: hasIn(policy.resource) || seen.has('resource'),
    context: found.whole ? 'all' : names,
  };

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    for (const [operator, operand] of Object.entries(node) as [string, unknown][]) {
      const name = operator === '.' || operator === 'has' ? nameInContext(operand) : undefined;
      if (name !== undefined) names.add(name);
      else if (operator === 'Var') sees(operand);
      else if (operator === '__entity') seesLiteral(operand);
      else visit(operand);
    }
  }

  function sees(variable: unknown): void {
    if (variable === 'context') found.whole = true;
    else if (typeof variable === 'string') seen.add(variable);
    else visit(variable);
  }

  /** `IDE::User::"ada" in IDE::Role::"admin"` asks for the principal's roles without its name. */
  function seesLiteral(entity: unknown): void {
    const { type } = entity as { type?: unknown };
    if (typeof type !== 'string') visit(entity);
    for (const [variable, types] of Object.entries(typesOf)) {
      if (types.some((known) => known === type)) seen.add(variable);
    }
  }
}

/** The name in `context.name`, `context has name` and, of several, the first. */
function nameInContext(operand: unknown): string | undefined {
  const { left, attr } = operand as { left?: { Var?: unknown }; attr?: string | string[] };
  if (left?.Var !== 'context') return undefined;
  return Array.isArray(attr) ? attr[0] : attr;
}

function hasIn(scope: PolicyJson['principal'] | PolicyJson['action']): boolean {
  return scope.op === 'in' || 'in' in scope;
}

/** What all of several policies look at. */
export function joinNeeds(all: readonly PolicyNeeds[]): PolicyNeeds {
  return {
    principal: all.some((needs) => needs.principal),
    action: all.some((needs) => needs.action),
    resource: all.some((needs) => needs.resource),
    context: all.reduce<PolicyNeeds['context']>(
      (joined, { context }) =>
        joined === 'all' || context === 'all' ? 'all' : new Set([...joined, ...context]),
      new Set(),
    ),
  };
}
