import { readFile, removeFile } from '../workspace/index.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler } from './handler.ts';

/** Moves a file out of the workspace, to where no run can reach it. */
export const autoQuarantine: OperationHandler<'auto_quarantine'> = {
  async execute(_input, { parts, session, paths, principal, tell }) {
    const path = fieldPath(paths, 'file_path');
    const workspace = await session.workspace();
    const file = await readFile(workspace, path, { maxBytes: parts.limits.fileBytes });
    const id = parts.createId('q');
    await parts.storage.quarantine.put(
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
    await removeFile(workspace, path);
    tell('file_update', { path: path.path, hash: null, origin: principal.userId });
    return { original_path: path.path, quarantine_path: quarantinePath(id, path.path) };
  },
};

const folder = 'quarantine/';

/** Shown to clients, and given back to restore: an id with the file's name behind it. */
export function quarantinePath(id: string, originalPath: string): string {
  return `${folder}${id}/${originalPath.split('/').at(-1)}`;
}

/** The id in a quarantine path; null when it is none. */
export function quarantineId(path: string): string | null {
  return path.startsWith(folder) ? (path.slice(folder.length).split('/', 1)[0] ?? null) : null;
}
