import { contract, type OperationName, type ParsedInputOf } from '@ide-assistant/sdk/protocol';
import type { OperationHandler, OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import { confinePath, type ConfinedPath } from '../workspace/index.ts';
import type { Principal } from './authenticate.ts';

declare const layer: unique symbol;

/** What a request acts on: evidence of layer 2. */
export interface ConfinedTarget {
  readonly [layer]: 'confined';
  /** Confined paths by the field that named them. */
  readonly paths: Readonly<Record<string, ConfinedPath>>;
  /** The path that policies and the log speak of; null when it is the workspace as a whole. */
  readonly main: ConfinedPath | null;
}

/**
 * Layer 2. Confines every path that a request names, in its fields or indirectly, to the workspace.
 * Links on the way are refused when the path is walked, since they may change until then.
 *
 * @throws RequestError `path_outside_workspace` or `invalid_message`.
 */
export async function confineTarget<N extends OperationName>(
  parts: Parts,
  session: OperationSession,
  principal: Principal,
  name: N,
  handler: OperationHandler<N>,
  input: ParsedInputOf<N>,
): Promise<ConfinedTarget> {
  const named = await handler.findPaths?.(input, { parts, session, principal });
  const given: Record<string, string> = { ...named };
  for (const field of contract[name].paths as readonly string[]) {
    const value = (input as Record<string, unknown>)[field];
    if (typeof value === 'string') given[field] = value;
  }
  const { allowsRoot: allowRoot = false } = handler;
  const paths: Record<string, ConfinedPath> = {};
  for (const [field, value] of Object.entries(given)) {
    paths[field] = confinePath(value, { allowRoot });
  }
  const [main = null] = Object.values(paths);
  return { paths, main } as ConfinedTarget;
}
