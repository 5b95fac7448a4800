import { kindOf, readFile, removeFile } from '../workspace/index.ts';
import { currentHash } from './current-hash.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler } from './handler.ts';

/** Moves a file out of the workspace, to where no run can reach it. */
export const autoQuarantine: OperationHandler<'auto_quarantine'> = {
  tookEffect(_input, { parts, session, paths, principal, effectId, tell }) {
    const { quarantine } = parts.storage;
    const path = fieldPath(paths, 'file_path');
    const id = entryId(effectId);
    return quarantine.inTurn(id, async () => {
      const row = await quarantine.find(session.id, id);
      if (row?.original_path !== path.path) return null;
      const workspace = await session.workspace();
      if (row.state === 'copied') {
        // Only the version that is in quarantine: what came later is not what was asked about.
        if ((await currentHash(workspace, path)) === row.hash) await removeFile(workspace, path);
        await quarantine.hold(session.id, id);
      }
      if ((await kindOf(workspace, path)) === null) {
        tell('file_update', { path: path.path, hash: null, origin: principal.userId });
      }
      return { original_path: path.path, quarantine_path: quarantinePath(id, path.path) };
    });
  },
  async execute(_input, { parts, session, paths, principal, effectId, tell }) {
    const { quarantine } = parts.storage;
    const path = fieldPath(paths, 'file_path');
    const workspace = await session.workspace();
    const file = await readFile(workspace, path, { maxBytes: parts.limits.fileBytes });
    // Taken only where a client gives an id again whose outcome has been forgotten.
    const isTaken = (await quarantine.find(session.id, entryId(effectId))) !== null;
    const id = isTaken ? parts.createId('q') : entryId(effectId);
    return quarantine.inTurn(id, async () => {
      await quarantine.copy(
        {
          id,
          session_id: session.id,
          original_path: path.path,
          size: file.size,
          hash: file.hash,
          quarantined_at: parts.clock(),
          quarantined_by: principal.userId,
        },
        file.bytes,
      );
      try {
        await removeFile(workspace, path);
      } catch (error) {
        await quarantine.discard(session.id, id);
        throw error;
      }
      await quarantine.hold(session.id, id);
      tell('file_update', { path: path.path, hash: null, origin: principal.userId });
      return { original_path: path.path, quarantine_path: quarantinePath(id, path.path) };
    });
  },
};

/** A repeat finds its own entry by this, and never makes a second one. */
function entryId(effectId: string): string {
  return `q_${effectId}`;
}

const folder = 'quarantine/';

/** Shown to clients, and given back to restore: an id with the file's name behind it. */
export function quarantinePath(id: string, originalPath: string): string {
  return `${folder}${id}/${originalPath.split('/').at(-1)}`;
}

/** The id in a quarantine path; null when it is none. */
export function quarantineId(path: string): string | null {
  return path.startsWith(folder) ? (path.slice(folder.length).split('/', 1)[0] ?? null) : null;
}
