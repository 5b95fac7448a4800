import { unifiedDiff } from '../edits/index.ts';
import { hashOf, readFile, writeFile } from '../workspace/index.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler } from './handler.ts';

/**
 * Applies fixes that are proved to be safe. A fix that may change what the code means is applied
 * only when the request names its finding, and shown by `preview` in any case.
 */
export const autoFix: OperationHandler<'auto_fix'> = {
  async execute({ issue, preview = false }, { parts, session, paths, principal, tell }) {
    const path = fieldPath(paths, 'file_path');
    const workspace = await session.workspace();
    const before = await readFile(workspace, path, { maxBytes: parts.limits.fileBytes });
    const content = before.bytes.toString('utf8');
    const fixed = await parts.hunter.fix({
      content,
      path: path.path,
      tiers: preview || issue !== undefined ? ['apply', 'propose'] : ['apply'],
      ...(issue === undefined ? {} : { issue }),
    });
    const changed = fixed.content !== content;
    if (changed && !preview) {
      await writeFile(workspace, path, Buffer.from(fixed.content), {
        maxBytes: parts.limits.fileBytes,
        fileTypes: parts.fileTypes,
        expectedHash: before.hash,
      });
    }
    const hash = hashOf(Buffer.from(fixed.content));
    if (changed && !preview) {
      tell('file_update', {
        path: path.path,
        hash,
        origin: principal.userId,
        content: fixed.content,
      });
    }
    return {
      file_path: path.path,
      fixes: fixed.fixes.map(({ rule, line, description }) => ({ rule, line, description })),
      diff: unifiedDiff(path.path, content, fixed.content),
      remaining: fixed.remaining,
      hash: preview ? before.hash : hash,
    };
  },
};
