import { KitError } from '../errors.ts';
import { bubblewrap } from './drivers/bubblewrap/bubblewrap.ts';
import { quickJs } from './drivers/quickjs/quickjs.ts';
import type { ProtectionName, SandboxCapabilities, SandboxDriver } from './sandbox.ts';

/** Options of {@link selectDriver}. */
export interface SelectDriverOptions {
  /** Drivers to try, the best first. @default bubblewrap, then QuickJS */
  drivers?: readonly SandboxDriver[];
  /** Protections that must be `enforced`; without them the kit does not start. @default none */
  require?: readonly ProtectionName[];
  /**
   * Told by the drivers tried by default when something could not be cleared away or started
   * ahead. @default nobody
   */
  onError?: (error: unknown) => void;
}

/**
 * Takes the first driver that works on this machine. A later one only stands in for one that does
 * not work at all: it is no answer to a missing protection, for it would take languages away
 * without a word.
 * @throws {@link KitError} `SANDBOX_UNAVAILABLE` when no driver works, `PROTECTION_MISSING` when
 * the one that works does not enforce all of `require`.
 */
export async function selectDriver(
  options: SelectDriverOptions = {},
): Promise<{ driver: SandboxDriver; capabilities: SandboxCapabilities }> {
  const { require = [], onError } = options;
  const { drivers = [bubblewrap({ ...(onError && { onError }) }), quickJs()] } = options;
  const refusals: string[] = [];
  let fix: string | undefined;
  for (const driver of drivers) {
    const result = await driver.probe();
    if (!result.usable) {
      refusals.push(`${driver.name}: ${result.reason}`);
      fix ??= result.fix;
      continue;
    }
    requireProtections(result.capabilities, require);
    const { warnings, ...rest } = result.capabilities;
    return {
      driver,
      capabilities: {
        ...rest,
        warnings: [...refusals, ...warnings],
        // What keeps the better driver away weighs more than what this one lacks.
        ...(fix !== undefined && { fix }),
      },
    };
  }
  const what = refusals.length === 0 ? 'No driver was given.' : refusals.join(' ');
  throw new KitError(
    'SANDBOX_UNAVAILABLE',
    `No sandbox works here. ${what}${fix === undefined ? '' : ` To mend it: ${fix}`}`,
  );
}

function requireProtections(
  { driver, protections, fix }: SandboxCapabilities,
  required: readonly ProtectionName[],
): void {
  const missing = required.filter((name) => protections[name].level !== 'enforced');
  if (missing.length === 0) return;
  const list = missing.map((name) => {
    const { level, reason } = protections[name];
    return `${name} is ${level}${reason === undefined ? '' : ` (${reason})`}`;
  });
  throw new KitError(
    'PROTECTION_MISSING',
    `The sandbox driver ${driver} does not enforce what is required: ${list.join('; ')}.` +
      (fix === undefined ? '' : ` To mend it: ${fix}`),
  );
}
