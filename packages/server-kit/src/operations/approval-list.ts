import type { OperationHandler } from './handler.ts';
import { publicApproval, publicGrant } from './public-approval.ts';

/** Lists what waits for a person in this session, and what passes there unasked. */
export const approvalList: OperationHandler<'approval_list'> = {
  async execute({ state: asked = 'pending' }, { parts, session }) {
    const approvals = await parts.approvals.list(session.id, asked);
    const grants = await parts.approvals.grants.list(session.id);
    return {
      approvals: approvals.map(publicApproval),
      grants: grants.map(publicGrant),
    };
  },
};
