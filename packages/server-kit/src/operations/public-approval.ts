import type { Approval } from '@ide-assistant/sdk/protocol';
import type { ApprovalRecord } from '../governance/index.ts';

/** The part of a stored approval that clients may see. */
export function publicApproval(record: ApprovalRecord): Approval {
  return {
    approval_id: record.approval_id,
    request_hash: record.request_hash,
    action: record.action,
    resource: record.resource,
    reasons: record.reasons,
    requested_by: record.requested_by,
    approvers: record.approvers,
    four_eyes: record.four_eyes,
    expires_at: record.expires_at,
    preview: record.preview,
    state: record.state,
  };
}
