import { contract, type OperationName, type ParsedInputOf } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';

/** Entries of a list; each wrong one would cost a line of the answer, so that longer ones are not read. */
const maxListEntries = 1_000;
/** Faults that are told of; whoever has more will not read them all. */
const maxIssues = 20;

/**
 * Turns a frame's fields into the operation's input, once, at the edge.
 *
 * @throws RequestError `invalid_message` whose details list `{path, message}` for each fault.
 */
export function parseInput<N extends OperationName>(
  name: N,
  fields: Record<string, unknown>,
): ParsedInputOf<N> {
  for (const [path, value] of Object.entries(fields)) {
    if (!Array.isArray(value) || value.length <= maxListEntries) continue;
    throw new RequestError('invalid_message', `${name} takes no list of that length.`, {
      details: { issues: [{ path, message: `expected at most ${maxListEntries} entries` }] },
    });
  }
  const parsed = contract[name].input.safeParse(fields);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, maxIssues).map((issue) => ({
      path: issue.path.join('.'),
      message: issue.message,
    }));
    throw new RequestError('invalid_message', `The fields of ${name} are not as they should be.`, {
      details: { issues },
    });
  }
  return parsed.data as ParsedInputOf<N>;
}
