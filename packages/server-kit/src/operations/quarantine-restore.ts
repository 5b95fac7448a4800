import { RequestError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { writeFile } from '../workspace/index.ts';
import { quarantineId } from './auto-quarantine.ts';
import { currentHash } from './current-hash.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler, OperationSession } from './handler.ts';

/** Puts a quarantined file back where it was, if nothing is there now. */
export const quarantineRestore: OperationHandler<'quarantine_restore'> = {
  // Also of an entry that has been restored: a repeat must get as far as to find that it did it.
  async findPaths({ quarantine_path }, context) {
    return { path: (await findEntry(quarantine_path, context)).original_path };
  },
  async tookEffect({ quarantine_path }, context) {
    const { parts, session, paths, principal, effectId, tell } = context;
    const { quarantine } = parts.storage;
    const path = fieldPath(paths, 'path');
    const { id } = await findEntry(quarantine_path, context);
    return quarantine.inTurn(id, async () => {
      const { state, restored_by, hash } = await findEntry(quarantine_path, context);
      const isBack = (await currentHash(await session.workspace(), path)) === hash;
      const isDone = state === 'restored' ? restored_by === effectId : isBack;
      if (!isDone) return null;
      await quarantine.release(session.id, id, effectId);
      if (isBack) tell('file_update', { path: path.path, hash, origin: principal.userId });
      return { path: path.path, quarantine_path, hash };
    });
  },
  async execute({ quarantine_path }, context) {
    const { parts, session, paths, principal, effectId, tell } = context;
    const { quarantine } = parts.storage;
    const path = fieldPath(paths, 'path');
    const { id } = await findEntry(quarantine_path, context);
    return quarantine.inTurn(id, async () => {
      const { state, hash } = await findEntry(quarantine_path, context);
      if (state === 'restored') throw notFound();
      const workspace = await session.workspace();
      // A server that ended while it took the file out has left it in both places.
      const isThere = state === 'copied' && (await currentHash(workspace, path)) === hash;
      if (!isThere) {
        await writeFile(workspace, path, await quarantine.read(id), {
          maxBytes: parts.limits.fileBytes,
          mode: 'create',
          makeParents: true,
        });
      }
      await quarantine.release(session.id, id, effectId);
      tell('file_update', { path: path.path, hash, origin: principal.userId });
      return { path: path.path, quarantine_path, hash };
    });
  },
};

async function findEntry(
  quarantinePath: string,
  { parts, session }: { parts: Parts; session: OperationSession },
) {
  const id = quarantineId(quarantinePath);
  const entry = id === null ? null : await parts.storage.quarantine.find(session.id, id);
  if (!entry) throw notFound();
  return entry;
}

function notFound(): RequestError {
  return new RequestError('not_found', 'There is no such file in quarantine.');
}
