import { KitError } from '../../errors.ts';
import { createPolicyEngine, type PolicyEngine } from '../../governance/index.ts';
import type { CommandIo } from './policy.ts';

/** Which policies a command is about. */
export interface ChosenPolicies {
  files: readonly string[];
  defaults: boolean;
}

/**
 * Reads policies as the server would.
 * @returns null when they are at fault, which the command's reader is then told line by line.
 */
export async function openEngine(
  { files, defaults }: ChosenPolicies,
  io: CommandIo,
  onError: (error: Error) => void = () => {},
): Promise<PolicyEngine | null> {
  try {
    return await createPolicyEngine({ policyFiles: files, defaults, onError });
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    io.err(`${error.message}\n`);
    return null;
  }
}
