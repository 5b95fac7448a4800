import { kindOf, removeDirectory, removeFile } from '../workspace/index.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler } from './handler.ts';

/** Deletes a file, or a directory with what is in it. */
export const fileDelete: OperationHandler<'file_delete'> = {
  async describe({ recursive = false }, { session, paths }) {
    const kind = await kindOf(await session.workspace(), fieldPath(paths, 'path'));
    return { recursive, isDirectory: kind === 'directory' };
  },
  async tookEffect(_input, { session, paths }) {
    const path = fieldPath(paths, 'path');
    return (await kindOf(await session.workspace(), path)) === null ? { path: path.path } : null;
  },
  async execute({ recursive = false }, { session, paths, facts, principal, tell }) {
    const path = fieldPath(paths, 'path');
    const workspace = await session.workspace();
    // As it was judged: a program may have put a directory where a file was that may be deleted.
    if (facts.isDirectory) await removeDirectory(workspace, path, { recursive });
    else await removeFile(workspace, path);
    tell('file_update', { path: path.path, hash: null, origin: principal.userId });
    return { path: path.path };
  },
};
