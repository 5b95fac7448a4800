import type { OperationHandler } from './handler.ts';

/** Ends a grant, so that what it let pass is asked about again. */
export const grantRevoke: OperationHandler<'grant_revoke'> = {
  async execute({ grant_id }, { parts, session, principal }) {
    await parts.approvals.grants.revoke(grant_id, { sessionId: session.id, by: principal });
    session.publish('session_update', { update_type: 'grant_revoked', details: { grant_id } });
    return { grant_id };
  },
};
