import type { ResultOf } from '@ide-assistant/sdk/protocol';
import { applyHunks, hunksOf } from '../edits/index.ts';
import { RequestError } from '../errors.ts';
import type { Proposal } from '../storage/index.ts';
import { hashOf, writeFile } from '../workspace/index.ts';
import { currentHash } from './current-hash.ts';
import { fieldPath } from './field-path.ts';
import { found } from './found.ts';
import type { OperationContext, OperationHandler } from './handler.ts';
import { findProposal, requireUndecided, settledProposal } from './settled-proposal.ts';

/** Writes a proposal, or chosen hunks of it, over the very version that it was made for. */
export const diffApply: OperationHandler<'diff_apply'> = {
  // What was decided is looked at in the last step alone: a repeat must get as far as that.
  async findPaths({ diff_id }, context) {
    return { path: (await findProposal(diff_id, context)).diff.path };
  },
  async describe({ diff_id }, context) {
    const { diff } = await findProposal(diff_id, context);
    return { size: Buffer.byteLength(diff.new_content), language: diff.language };
  },
  async scanned({ diff_id, hunks }, context) {
    const { diff } = await findProposal(diff_id, context);
    return { content: applyHunks(diff.old_content, diff.new_content, hunks), path: diff.path };
  },
  tookEffect({ diff_id, hunks }, context) {
    return context.parts.storage.proposals.inTurn(diff_id, async () => {
      const proposal = await settledProposal(diff_id, context);
      const { state, effectId } = proposal;
      const isWritten = state === 'applied' || state === 'partially_applied';
      if (!isWritten || effectId !== context.effectId) return null;
      return changeOf(proposal, hunks, context).reply;
    });
  },
  execute({ diff_id, hunks }, context) {
    return context.parts.storage.proposals.inTurn(diff_id, async () => {
      const proposal = await settledProposal(diff_id, context);
      if (proposal.state !== 'stale') requireUndecided(proposal);
      return write(proposal, hunks, context);
    });
  },
};

async function write(
  proposal: Proposal,
  hunks: readonly string[] | undefined,
  context: OperationContext,
): Promise<ResultOf<'diff_apply'>> {
  const { parts, session, paths, principal, effectId, tell } = context;
  const { diff, state } = proposal;
  const { diff_id, base_hash } = diff;
  const path = fieldPath(paths, 'path');
  const workspace = await session.workspace();
  const { proposals } = parts.storage;
  const { content, outcome, reply } = changeOf(proposal, hunks, context);
  const current = await currentHash(workspace, path);
  if (state === 'stale' || current !== base_hash) {
    if (await proposals.decide(session.id, diff_id, 'stale', effectId)) {
      tell('diff_resolved', { diff_id, outcome: 'stale' });
    }
    throw new RequestError(
      'conflict',
      `${diff.path} has changed since the proposal was made. Ask for it again.`,
      { details: { current_hash: current } },
    );
  }
  const { hash } = reply;
  await proposals.attempt(session.id, diff_id, { effectId, by: principal.userId, hash, outcome });
  await writeFile(workspace, path, Buffer.from(content), {
    maxBytes: parts.limits.fileBytes,
    fileTypes: parts.fileTypes,
    makeParents: true,
    ...(base_hash === null ? { mode: 'create' } : { expectedHash: base_hash }),
  });
  await proposals.decide(session.id, diff_id, outcome, effectId);
  tell('diff_resolved', { diff_id, outcome });
  tell('file_update', { path: path.path, hash, origin: principal.userId, content });
  return reply;
}

/** What the chosen hunks come to, which follows from the proposal alone. */
function changeOf(
  { diff }: Proposal,
  hunks: readonly string[] | undefined,
  { paths, alerts }: OperationContext,
) {
  const { diff_id, old_content, new_content } = diff;
  const content = applyHunks(old_content, new_content, hunks);
  const all = hunksOf(old_content, new_content).map(({ id }) => id);
  const applied = hunks === undefined ? all : [...hunks];
  const outcome = applied.length < all.length ? 'partially_applied' : 'applied';
  const reply = {
    diff_id,
    path: fieldPath(paths, 'path').path,
    hash: hashOf(Buffer.from(content)),
    hunks: applied,
    ...found(alerts),
  };
  return { content, outcome, reply } as const;
}
