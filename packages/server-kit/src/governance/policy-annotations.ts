/** One policy, with what its annotations say. */
export type PolicyRule =
  | { effect: 'permit'; id: string; reason?: string }
  | { effect: 'block'; id: string; code: string; reason: string }
  | {
      effect: 'review';
      id: string;
      code: string;
      reason: string;
      approvers: readonly string[];
      fourEyes: boolean;
      grantable: boolean;
      ttlMs: number;
    };

/** Longest wait that `@ttl` may name, seconds: thirty days, as for a protected deployment on GitHub. */
export const maxTtlSeconds = 30 * 24 * 3600;

const known = {
  permit: new Set(['id', 'reason']),
  block: new Set(['id', 'decision', 'code', 'reason']),
  review: new Set([
    'id',
    'decision',
    'code',
    'reason',
    'approvers',
    'fourEyes',
    'grantable',
    'ttl',
  ]),
};

/**
 * Reads a policy's annotations. Cedar itself ignores them all, so a misspelt `@foureyes` would
 * quietly drop the rule; therefore whatever is missing, unknown or malformed is refused.
 * @throws Error that says what is wrong.
 */
export function readAnnotations(
  effect: 'permit' | 'forbid',
  given: Readonly<Record<string, string | null>>,
): PolicyRule {
  const annotations = withValues(given);
  const id = required(annotations, 'id', /^[\w.:/-]{1,100}$/, 'letters, digits and . : / _ -');
  if (effect === 'permit') {
    refuseUnknown(annotations, 'permit');
    return annotations['reason'] === undefined
      ? { effect, id }
      : { effect, id, reason: annotations['reason'] };
  }
  const decision = required(annotations, 'decision', /^(block|review)$/, 'block or review');
  const code = required(annotations, 'code', /^[A-Z][A-Z0-9_]*$/, 'capitals, as RISK_HIGH');
  const reason = required(annotations, 'reason', /\S/, 'a sentence for the person who asked');
  if (decision === 'block') {
    refuseUnknown(annotations, 'block');
    return { effect: 'block', id, code, reason };
  }
  refuseUnknown(annotations, 'review');
  const approvers = required(annotations, 'approvers', /\S/, 'roles, separated by commas')
    .split(',')
    .map((role) => role.trim());
  if (approvers.includes('')) throw new Error('@approvers names an empty role');
  const ttlSeconds = Number(required(annotations, 'ttl', /^[1-9]\d{0,6}$/, 'whole seconds'));
  if (ttlSeconds > maxTtlSeconds) throw new Error(`@ttl is above ${maxTtlSeconds} seconds`);
  const fourEyes = flag(annotations, 'fourEyes');
  const grantable = flag(annotations, 'grantable');
  // A grant answers for the requester the next time, so a second pair of eyes would see but once.
  if (fourEyes && grantable) throw new Error('@grantable cannot go with @fourEyes');
  return {
    effect: 'review',
    id,
    code,
    reason,
    approvers: [...new Set(approvers)],
    fourEyes,
    grantable,
    ttlMs: ttlSeconds * 1000,
  };
}

/** Cedar allows a bare `@fourEyes`, which reads like a yes and would count as none at all. */
function withValues(given: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (typeof value !== 'string') throw new Error(`@${name} has no value`);
      return [name, value];
    }),
  );
}

function required(
  annotations: Readonly<Record<string, string>>,
  name: string,
  pattern: RegExp,
  expected: string,
): string {
  const value = annotations[name];
  if (value === undefined) throw new Error(`@${name} is missing`);
  if (!pattern.test(value)) throw new Error(`@${name} must be ${expected}`);
  return value;
}

function flag(annotations: Readonly<Record<string, string>>, name: string): boolean {
  const value = annotations[name] ?? 'false';
  if (!/^(true|false)$/.test(value)) throw new Error(`@${name} must be true or false`);
  return value === 'true';
}

function refuseUnknown(
  annotations: Readonly<Record<string, string>>,
  kind: keyof typeof known,
): void {
  const unknown = Object.keys(annotations).find((name) => !known[kind].has(name));
  if (unknown === undefined) return;
  throw new Error(
    `@${unknown} is not an annotation of a ${kind} policy; known: ${[...known[kind]].join(', ')}`,
  );
}
