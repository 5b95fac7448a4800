import { RequestError } from '../errors.ts';
import type { OperationHandler } from './handler.ts';

/** Decides about a waiting request; an approved one runs from the bytes that were stored. */
export const approvalResolve: OperationHandler<'approval_resolve'> = {
  async execute({ approval_id, request_hash, decision, scope = 'once', comment }, context) {
    const { parts, session, principal, runApproved, refuseApproval } = context;
    if (scope === 'session') {
      throw new RequestError('forbidden', 'No policy allows to approve for the whole session.');
    }
    const record = await parts.approvals.resolve(principal, {
      approvalId: approval_id,
      requestHash: request_hash,
      decision,
      sessionId: session.id,
      ...(comment === undefined ? {} : { comment }),
    });
    if (decision === 'approve') runApproved(record);
    else await refuseApproval(record);
    return { approval_id, decision, state: record.state };
  },
};
