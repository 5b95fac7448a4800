import { contract, type OperationName, type ParsedInputOf } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';

/**
 * Turns a frame's fields into the operation's input, once, at the edge.
 *
 * @throws RequestError `invalid_message` whose details list `{path, message}` for each fault.
 */
export function parseInput<N extends OperationName>(
  name: N,
  fields: Record<string, unknown>,
): ParsedInputOf<N> {
  const parsed = contract[name].input.safeParse(fields);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({
      path: issue.path.join('.'),
      message: issue.message,
    }));
    throw new RequestError('invalid_message', `The fields of ${name} are not as they should be.`, {
      details: { issues },
    });
  }
  return parsed.data as ParsedInputOf<N>;
}
