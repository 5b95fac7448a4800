import type { JsonWebKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyLog, type LogFinding, type LogVerdict } from '../../verification/index.ts';
import { readArguments, readCount, UsageError } from './arguments.ts';
import type { CommandIo } from './audit.ts';

const options = {
  keys: { type: 'string' },
  anchor: { type: 'string', multiple: true },
  from: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** `audit verify`: checks a whole log. */
export async function verifyDirectory(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readArguments(args, { options, most: 1 });
  const [directory = ''] = positionals;
  const from = values.from === undefined ? 0 : readCount(values.from, '--from');
  const anchors = await Promise.all((values.anchor ?? []).map((path) => readFile(path, 'utf8')));
  const verdict = await verifyLog({
    directory,
    keys: await readJwks(values.keys ?? join(directory, 'jwks.json')),
    anchors,
    from,
  });
  if (values.json) {
    io.out(`${JSON.stringify(verdict, null, 2)}\n`);
  } else {
    io.out(describe(verdict));
    if (values.keys === undefined) {
      io.err('The keys are those beside the log. Give your own with --keys.\n');
    }
    if (anchors.length === 0) {
      io.err('Without --anchor, a log that was set back as a whole looks the same.\n');
    }
  }
  return exitCodeOf(verdict);
}

/** A JWKS file. @throws {UsageError} when it is none. */
async function readJwks(path: string): Promise<{ keys: JsonWebKey[] }> {
  const text = await readFile(path, 'utf8');
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJwks(parsed)) return parsed;
  } catch {
    // Falls through to the one error for all that is no JWKS.
  }
  throw new UsageError(`${path} is no JWKS.`);
}

function isJwks(value: unknown): value is { keys: JsonWebKey[] } {
  return (
    typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
  );
}

function exitCodeOf({ ok, findings }: LogVerdict): number {
  if (!ok) return 1;
  return findings.length > 0 ? 3 : 0;
}

function describe({ ok, size, root, findings, omitted, keys }: LogVerdict): string {
  const signers = keys.keys.length === 1 ? '1 key' : `${keys.keys.length} keys`;
  return [
    ...findings.map(describeFinding),
    ...(omitted > 0 ? [`and ${omitted} more`] : []),
    `${ok ? 'clean' : 'TAMPERED'}: ${size === 1 ? '1 entry' : `${size} entries`}, ${signers}, root ${root}`,
    '',
  ].join('\n');
}

function describeFinding({ code, level, message, line }: LogFinding): string {
  const place = line === undefined ? '' : ` line ${line}:`;
  return `${level} ${code}:${place} ${message}`;
}
