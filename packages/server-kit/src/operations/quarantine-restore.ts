import { RequestError } from '../errors.ts';

import type { Parts } from '../parts.ts';
import { writeFile } from '../workspace/index.ts';
import { quarantineId } from './auto-quarantine.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler, OperationSession } from './handler.ts';

/** Puts a quarantined file back where it was, if nothing is there now. */
export const quarantineRestore: OperationHandler<'quarantine_restore'> = {
  async findPaths({ quarantine_path }, context) {
    const { row } = await find(quarantine_path, context);
    return { path: row.original_path };
  },
  async execute({ quarantine_path }, { parts, session, paths, principal, tell }) {
    const path = fieldPath(paths, 'path');
    const { row, bytes } = await find(quarantine_path, { parts, session });
    const { hash } = await writeFile(await session.workspace(), path, bytes, {
      maxBytes: parts.limits.fileBytes,
      mode: 'create',
      makeParents: true,
    });
    await parts.storage.quarantine.remove(session.id, row.id);
    tell('file_update', { path: path.path, hash, origin: principal.userId });
    return { path: path.path, quarantine_path, hash };
  },
};

async function find(
  quarantinePath: string,
  { parts, session }: { parts: Parts; session: OperationSession },
) {
  const id = quarantineId(quarantinePath);
  const found = id === null ? null : await parts.storage.quarantine.get(session.id, id);
  if (!found) throw new RequestError('not_found', 'There is no such file in quarantine.');
  return found;
}
