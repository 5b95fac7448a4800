import type { Approval } from '@ide-assistant/sdk/protocol';

/** Who can settle an approval, seen from one person. */
export type WaitsFor = 'me' | 'somebody';

/** Requests that still wait, the one that expires first on top. */
export function pendingApprovals(approvals: readonly Approval[]): Approval[] {
  return approvals
    .filter((approval) => approval.state === 'pending')
    .sort((a, b) => a.expires_at.localeCompare(b.expires_at));
}

/** Whether this person may settle it: under four eyes never the requester, and only with the role. */
export function waitsFor(
  approval: Approval,
  user: { id: string; roles: string[] } | null,
): WaitsFor {
  if (!user) return 'somebody';
  if (approval.four_eyes && approval.requested_by === user.id) return 'somebody';
  const allowed =
    approval.approvers.length === 0 || approval.approvers.some((role) => user.roles.includes(role));
  return allowed ? 'me' : 'somebody';
}
