import { contract } from '@ide-assistant/sdk/protocol';
import { unifiedDiff } from '../edits/index.ts';
import { hashOf, readFile, writeFile } from '../workspace/index.ts';
import { currentHash } from './current-hash.ts';
import { fieldPath } from './field-path.ts';
import type { OperationHandler } from './handler.ts';

/**
 * Applies fixes that are proved to be safe. A fix that may change what the code means is applied
 * only when the request names its finding, and shown by `preview` in any case.
 */
export const autoFix: OperationHandler<'auto_fix'> = {
  // To fix a fixed file changes nothing, but its reply would say that nothing was fixed.
  async tookEffect({ preview = false }, { parts, session, paths, principal, effectId, tell }) {
    const fix = preview ? null : await parts.storage.proposals.findFix(effectId);
    if (!fix) return null;
    const { hash } = fix;
    const path = fieldPath(paths, 'file_path');
    if ((await currentHash(await session.workspace(), path)) !== hash) return null;
    tell('file_update', { path: path.path, hash, origin: principal.userId });
    return contract.auto_fix.output.parse(fix.reply);
  },
  async execute({ issue, preview = false }, context) {
    const { parts, session, paths, principal, effectId, tell } = context;
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
    const bytes = Buffer.from(fixed.content);
    const hash = hashOf(bytes);
    const reply = {
      file_path: path.path,
      fixes: fixed.fixes.map(({ rule, line, description }) => ({ rule, line, description })),
      diff: unifiedDiff(path.path, content, fixed.content),
      remaining: fixed.remaining,
      hash: preview ? before.hash : hash,
    };
    if (fixed.content === content || preview) return reply;
    await parts.storage.proposals.noteFix(effectId, { hash, reply });
    await writeFile(workspace, path, bytes, {
      maxBytes: parts.limits.fileBytes,
      fileTypes: parts.fileTypes,
      expectedHash: before.hash,
    });
    tell('file_update', {
      path: path.path,
      hash,
      origin: principal.userId,
      content: fixed.content,
    });
    return reply;
  },
};
