import { logPathsIn } from '../../verification/index.ts';
import { readArguments, readCount, UsageError } from './arguments.ts';
import type { CommandIo } from './audit.ts';
import { linesOf } from './stored-log.ts';

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
} as const;

/** `audit export`: the lines of entries, exactly as they are signed and hashed. */
export async function exportEntries(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readArguments(args, { options, most: 1 });
  const [directory = ''] = positionals;
  const from = values.from === undefined ? 0 : readCount(values.from, '--from');
  const to = values.to === undefined ? Number.POSITIVE_INFINITY : readCount(values.to, '--to');
  if (to < from) throw new UsageError('--to is before --from.');
  let index = 0;
  for await (const line of linesOf(logPathsIn(directory).log)) {
    if (index > to) break;
    if (index >= from) io.out(`${line.toString()}\n`);
    index += 1;
  }
  return 0;
}
