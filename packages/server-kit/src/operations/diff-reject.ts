import { RequestError } from '../errors.ts';
import { openProposal } from './diff-apply.ts';
import type { OperationHandler } from './handler.ts';

/** Drops a proposal; its file is not touched. */
export const diffReject: OperationHandler<'diff_reject'> = {
  async findPaths({ diff_id }, context) {
    return { path: (await openProposal(diff_id, context)).path };
  },
  async execute({ diff_id }, { parts, session, tell }) {
    if (!(await parts.storage.proposals.decide(session.id, diff_id, 'rejected'))) {
      throw new RequestError('conflict', 'Somebody has decided about the proposal already.');
    }
    tell('diff_resolved', { diff_id, outcome: 'rejected' });
    return { diff_id };
  },
};
