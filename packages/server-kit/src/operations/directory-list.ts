import { confinePath, listDirectory } from '../workspace/index.ts';
import type { OperationHandler } from './handler.ts';

/** Lists the workspace, or one directory of it, as a tree. */
export const directoryList: OperationHandler<'directory_list'> = {
  allowsRoot: true,
  async execute({ depth }, { parts, session, paths }) {
    const path = paths['path'] ?? confinePath('', { allowRoot: true });
    const { tree, fileCount, truncated } = await listDirectory(await session.workspace(), path, {
      maxEntries: parts.limits.listEntries,
      ...(depth === undefined ? {} : { depth }),
    });
    return { tree, file_count: fileCount, truncated };
  },
};
