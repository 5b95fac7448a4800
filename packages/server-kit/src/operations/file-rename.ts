import { RequestError } from '../errors.ts';
import { kindOf, renamePath } from '../workspace/index.ts';
import { currentHash } from './current-hash.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler } from './handler.ts';

/** Moves a file or directory to a path where nothing is yet. */
export const fileRename: OperationHandler<'file_rename'> = {
  async describe(_input, { session, paths }) {
    const kind = await kindOf(await session.workspace(), fieldPath(paths, 'old_path'));
    return { isDirectory: kind === 'directory' };
  },
  async tookEffect(_input, { session, paths }) {
    const from = fieldPath(paths, 'old_path');
    const to = fieldPath(paths, 'new_path');
    const workspace = await session.workspace();
    const isDone =
      (await kindOf(workspace, from)) === null && (await kindOf(workspace, to)) !== null;
    return isDone ? { old_path: from.path, new_path: to.path } : null;
  },
  async execute(_input, { session, paths, facts, principal, tell }) {
    const from = fieldPath(paths, 'old_path');
    const to = fieldPath(paths, 'new_path');
    const workspace = await session.workspace();
    const kind = await kindOf(workspace, from);
    if (kind !== null && (kind === 'directory') !== facts.isDirectory) {
      throw new RequestError('conflict', `${from.path} is not what it was a moment ago.`);
    }
    await renamePath(workspace, from, to);
    const origin = principal.userId;
    tell('file_update', { path: from.path, hash: null, origin });
    const hash = await currentHash(workspace, to);
    if (hash !== null) tell('file_update', { path: to.path, hash, origin });
    return { old_path: from.path, new_path: to.path };
  },
};
