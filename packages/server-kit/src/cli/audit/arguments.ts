import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the arguments of a command.
 *
 * @throws {UsageError} when there is an option that the command does not know, or a wrong number of
 * others.
 */
export function readArguments<const O extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  { options, most }: { options: O; most: number },
) {
  const parsed = parse(args, options);
  const { positionals } = parsed;
  if (positionals.length === 0) throw new UsageError('Which directory?');
  if (positionals.length > most) throw new UsageError(`What is ${positionals[most]}?`);
  return parsed;
}

function parse<const O extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: O,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Reads a whole number from 0.
 *
 * @throws {UsageError} when the text is none.
 */
export function readCount(text: string, name: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new UsageError(`${name} must be a whole number, not ${text}.`);
}
