import { RequestError } from '../errors.ts';
import type { ApprovalRecord, StoredRequest } from '../governance/index.ts';
import type { OperationContext, OperationHandler } from './handler.ts';

/** Decides about a waiting request; an approved one runs from the bytes that were stored. */
export const approvalResolve: OperationHandler<'approval_resolve'> = {
  async tookEffect({ approval_id, request_hash, decision, scope = 'once' }, context) {
    const { parts, session, principal } = context;
    const records = await parts.approvals.list(session.id);
    const record = records.find((known) => known.approval_id === approval_id);
    if (!record || record.request_hash !== request_hash || scope !== 'once') return null;
    // Somebody else's decision, also the same one, stays the conflict that it would have been.
    if (principal.kind !== 'user' || record.resolvedBy !== principal.userId) return null;
    if ((record.state === 'denied') !== (decision === 'deny')) return null;
    await carryOn(record, context);
    return { approval_id, decision, state: record.state };
  },
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

/** Does what follows from a decision, if the server ended before. */
async function carryOn(
  record: ApprovalRecord,
  { parts, session, runApproved, refuseApproval }: OperationContext,
): Promise<void> {
  const { clientId, requestId } = JSON.parse(record.request) as StoredRequest;
  const key = { sessionId: session.id, clientId, requestId };
  const outcome = await parts.storage.outcomes.find(key);
  // Answered: it was refused, or it has run, be it by another approval that was asked for since.
  if (outcome?.reply !== null) return;
  if (record.state === 'denied') await refuseApproval(record);
  else if (record.state === 'approved' && record.claimedAt === null) runApproved(record);
}
