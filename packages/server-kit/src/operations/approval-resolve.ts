import type { ResultOf } from '@ide-assistant/sdk/protocol';
import { parseRequest, type ApprovalRecord } from '../governance/index.ts';
import type { OperationContext, OperationHandler } from './handler.ts';
import { publicGrant } from './public-approval.ts';

/** Decides about a waiting request; an approved one runs from the bytes that were stored. */
export const approvalResolve: OperationHandler<'approval_resolve'> = {
  async tookEffect({ approval_id, request_hash, decision, scope = 'once' }, context) {
    const { parts, session, principal } = context;
    const record = await parts.approvals.get(approval_id);
    if (record?.sessionId !== session.id || record.request_hash !== request_hash) return null;
    // Somebody else's decision, also the same one, stays the conflict that it would have been.
    if (principal.kind !== 'user' || record.resolvedBy !== principal.userId) return null;
    if ((record.state === 'denied') !== (decision === 'deny')) return null;
    if (decision === 'approve' && record.scope !== scope) return null;
    // Nothing may follow from what the log does not hold.
    const isCutOff =
      record.unrecorded && (record.state === 'approved' || record.state === 'denied');
    if (record.unrecorded && !isCutOff) return null;
    const recorded = isCutOff ? await parts.approvals.record(record, principal) : record;
    return follow(recorded, context, await isAnswered(recorded, context));
  },
  async execute({ approval_id, request_hash, decision, scope = 'once', comment }, context) {
    const { parts, session, principal } = context;
    const record = await parts.approvals.resolve(principal, {
      approvalId: approval_id,
      requestHash: request_hash,
      decision,
      scope,
      sessionId: session.id,
      ...(comment === undefined ? {} : { comment }),
    });
    return follow(record, context, false);
  },
};

/** Does what follows from a decision, or what is left of it if the server ended before. */
async function follow(
  record: ApprovalRecord,
  context: OperationContext,
  isDone: boolean,
): Promise<ResultOf<'approval_resolve'>> {
  const grant = record.scope === 'session' ? await addGrant(record, context) : {};
  if (!isDone && record.state === 'denied') await context.refuseApproval(record);
  if (!isDone && record.state === 'approved' && record.claimedAt === null) {
    context.runApproved(record);
  }
  return {
    approval_id: record.approval_id,
    decision: record.state === 'denied' ? 'deny' : 'approve',
    state: record.state,
    ...grant,
  };
}

async function addGrant(
  record: ApprovalRecord,
  { parts, session, principal }: OperationContext,
): Promise<{ grant_id: string }> {
  const grant = await parts.approvals.grants.add(record, principal);
  session.publish('session_update', {
    update_type: 'grant_added',
    details: { ...publicGrant(grant) },
  });
  return { grant_id: grant.grantId };
}

/** Whether the request was refused or has run, be it by another approval that was asked for since. */
async function isAnswered(
  record: ApprovalRecord,
  { parts, session }: OperationContext,
): Promise<boolean> {
  const { principal, clientId, requestId } = parseRequest(record.request);
  const key = { sessionId: session.id, userId: principal.userId, clientId, requestId };
  return (await parts.storage.outcomes.find(key))?.reply !== null;
}
