import { RequestError } from '../errors.ts';
import type { ConfinedPath } from '../workspace/index.ts';

/**
 * The confined path of a field.
 *
 * @throws RequestError `invalid_message` when the request left the field out.
 */
export function fieldPath(
  paths: Readonly<Record<string, ConfinedPath>>,
  field: string,
): ConfinedPath {
  const path = paths[field];
  if (!path) throw new RequestError('invalid_message', `${field} is missing.`);
  return path;
}
