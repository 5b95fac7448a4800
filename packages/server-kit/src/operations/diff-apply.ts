import { applyHunks, hunksOf } from '../edits/index.ts';
import { RequestError } from '../errors.ts';
import { writeFile } from '../workspace/index.ts';
import { currentHash } from './current-hash.ts';
import { fieldPath } from './field-path.ts';
import { found } from './found.ts';
import type { OperationHandler, OperationSession } from './handler.ts';
import type { Parts } from '../parts.ts';

/** Writes a proposal, or chosen hunks of it, over the very version that it was made for. */
export const diffApply: OperationHandler<'diff_apply'> = {
  async findPaths({ diff_id }, context) {
    return { path: (await openProposal(diff_id, context)).path };
  },
  async describe({ diff_id }, context) {
    const diff = await openProposal(diff_id, context);
    return { size: Buffer.byteLength(diff.new_content), language: diff.language };
  },
  async scanned({ diff_id, hunks }, context) {
    const diff = await openProposal(diff_id, context);
    return { content: applyHunks(diff.old_content, diff.new_content, hunks), path: diff.path };
  },
  async execute({ diff_id, hunks }, { parts, session, paths, principal, alerts, tell }) {
    const diff = await openProposal(diff_id, { parts, session });
    const path = fieldPath(paths, 'path');
    const workspace = await session.workspace();
    const content = applyHunks(diff.old_content, diff.new_content, hunks);
    const current = await currentHash(workspace, path);
    if (current !== diff.base_hash) {
      await parts.storage.proposals.decide(session.id, diff_id, 'stale');
      tell('diff_resolved', { diff_id, outcome: 'stale' });
      throw new RequestError(
        'conflict',
        `${diff.path} has changed since the proposal was made. Ask for it again.`,
        { details: { current_hash: current } },
      );
    }
    const written = await writeFile(workspace, path, Buffer.from(content), {
      maxBytes: parts.limits.fileBytes,
      fileTypes: parts.fileTypes,
      makeParents: true,
      ...(diff.base_hash === null ? { mode: 'create' } : { expectedHash: diff.base_hash }),
    });
    const all = hunksOf(diff.old_content, diff.new_content).map(({ id }) => id);
    const applied = hunks ?? all;
    const outcome = applied.length < all.length ? 'partially_applied' : 'applied';
    await parts.storage.proposals.decide(session.id, diff_id, outcome);
    tell('diff_resolved', { diff_id, outcome });
    tell('file_update', { path: path.path, hash: written.hash, origin: principal.userId, content });
    return {
      diff_id,
      path: path.path,
      hash: written.hash,
      hunks: applied,
      ...found(alerts),
    };
  },
};

/**
 * A proposal that waits for a decision.
 *
 * @throws RequestError `not_found`, or `conflict` when somebody has decided already.
 */
export async function openProposal(
  diffId: string,
  { parts, session }: { parts: Parts; session: OperationSession },
) {
  const proposal = await parts.storage.proposals.get(session.id, diffId);
  if (!proposal) throw new RequestError('not_found', 'There is no such proposal.');
  if (proposal.state !== 'proposed') {
    throw new RequestError('conflict', `The proposal is ${proposal.state} already.`, {
      details: { state: proposal.state },
    });
  }
  return proposal.diff;
}
