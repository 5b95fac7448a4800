import { parseArgs } from 'node:util';
import { openEngine } from './open-engine.ts';
import type { CommandIo } from './policy.ts';
import { UsageError } from './usage-error.ts';

/**
 * Checks policies as the server does when it starts.
 * @returns 0, or 1 when there is a fault.
 */
export async function checkPolicies(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args,
    allowPositionals: true,
    allowNegative: true,
    options: { defaults: { type: 'boolean', default: true } },
  });
  if (files.length === 0) throw new UsageError('Name a file or a directory to check.');
  const engine = await openEngine({ files, defaults: values.defaults }, io);
  if (!engine) return 1;
  const places = [...engine.policies.values()].map(({ place }) => place.source);
  const own = places.filter((source) => source !== 'default policies');
  const beside = values.defaults ? `, beside ${places.length - own.length} of the defaults` : '';
  io.out(`${counted(own.length, 'policy', 'policies')} in `);
  io.out(`${counted(new Set(own).size, 'file', 'files')}${beside}: no fault found.\n`);
  io.out(`version ${engine.version}\n`);
  engine.close();
  return 0;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
