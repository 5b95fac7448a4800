import type { OperationHandler } from './handler.ts';
import { publicApproval } from './public-approval.ts';

/** Lists what waits for a person in this session. */
export const approvalList: OperationHandler<'approval_list'> = {
  async execute(_input, { parts, session }) {
    const records = await parts.approvals.list(session.id);
    return { approvals: records.filter(({ state }) => state === 'pending').map(publicApproval) };
  },
};
