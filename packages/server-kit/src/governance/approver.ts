import { RequestError } from '../errors.ts';
import type { ApprovalRecord } from './approval-store.ts';
import type { PolicyPrincipal } from './policy-request.ts';

/**
 * Whether a person may decide like this, by the roles that he has at this moment.
 *
 * @throws RequestError `forbidden`; `invalid_message` for a denial with the scope `session`.
 */
export function mayDecide(
  by: PolicyPrincipal,
  record: ApprovalRecord,
  { decision, scope }: { decision: 'approve' | 'deny'; scope: 'once' | 'session' },
): void {
  if (!record.approvers.some((role) => by.roles.includes(role))) {
    throw new RequestError(
      'forbidden',
      `This needs one of the roles ${record.approvers.join(', ')}.`,
    );
  }
  // The requester may still say no: that lets nothing through.
  if (decision === 'approve' && record.four_eyes && by.userId === record.requested_by) {
    throw new RequestError('forbidden', 'Somebody other than the requester must approve this.');
  }
  if (scope === 'once') return;
  if (decision === 'deny') {
    throw new RequestError('invalid_message', 'A denial is for this one request.', {
      details: { issues: [{ path: 'scope', message: 'expected once' }] },
    });
  }
  if (!record.grantable) {
    throw new RequestError('forbidden', 'The policies do not let this be approved for a session.');
  }
}
