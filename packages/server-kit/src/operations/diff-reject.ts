import type { OperationHandler } from './handler.ts';
import { findProposal, requireUndecided, settledProposal } from './settled-proposal.ts';

/** Drops a proposal; its file is not touched. */
export const diffReject: OperationHandler<'diff_reject'> = {
  async findPaths({ diff_id }, context) {
    return { path: (await findProposal(diff_id, context)).diff.path };
  },
  async tookEffect({ diff_id }, context) {
    const { state, effectId } = await findProposal(diff_id, context);
    return state === 'rejected' && effectId === context.effectId ? { diff_id } : null;
  },
  execute({ diff_id }, context) {
    const { parts, session, effectId, tell } = context;
    const { proposals } = parts.storage;
    return proposals.inTurn(diff_id, async () => {
      requireUndecided(await settledProposal(diff_id, context));
      await proposals.decide(session.id, diff_id, 'rejected', effectId);
      tell('diff_resolved', { diff_id, outcome: 'rejected' });
      return { diff_id };
    });
  },
};
