import type { Approval, Grant } from '@ide-assistant/sdk/protocol';
import type { GrantRecord, ListedApproval } from '../governance/index.ts';

/** The part of a stored approval that clients may see. */
export function publicApproval(record: ListedApproval): Approval {
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
    ...(record.grantable ? { grantable: true, grant_covers: record.grant_covers } : {}),
  };
}

/** The part of a stored grant that clients may see. */
export function publicGrant(record: GrantRecord): Grant {
  return {
    grant_id: record.grantId,
    approval_id: record.approvalId,
    action: record.action,
    covers: record.covers,
    granted_to: record.actor.userId,
    assistant: record.actor.kind === 'assistant',
    granted_by: record.grantedBy,
    created_at: new Date(record.createdAt).toISOString(),
    expires_at: new Date(record.expiresAt).toISOString(),
  };
}
