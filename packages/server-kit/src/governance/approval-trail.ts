import type { ActionStatement, AuditLog } from '../verification/index.ts';
import type { ApprovalRecord } from './approval-store.ts';
import type { GrantRecord } from './grant-store.ts';
import type { PolicyPrincipal } from './policy-request.ts';
import { hashOfRequest, parseRequest } from './request-bytes.ts';

/** Entries of the audit log of phase `approval`: what became of each request that needed a person. */
export interface ApprovalTrail {
  /**
   * A person's decision. Its outcome is `approved`, `approved:session` or `denied`.
   * @throws RequestError `audit_unavailable`; then nothing may follow from the decision.
   */
  decided(record: ApprovalRecord, by: PolicyPrincipal): Promise<void>;
  /**
   * An end that nobody decided: `expired`, `cancelled`, `executed`, `failed`, or `stale:<reason>`. It
   * does not fail.
   */
  ended(record: ApprovalRecord): Promise<void>;
  /** A grant that was taken back. */
  revoked(grant: GrantRecord, by: PolicyPrincipal): Promise<void>;
  /** A grant that ended with the membership of whoever gave or had it. It does not fail, as an end. */
  lapsed(grant: GrantRecord): Promise<void>;
}

/** Writes the trail; without a log it keeps none. */
export function createApprovalTrail(audit: Pick<AuditLog, 'append'> | undefined): ApprovalTrail {
  const append = async (statement: ActionStatement): Promise<void> => {
    await audit?.append(statement);
  };
  /** It lets nothing happen, so that a log which cannot be written does not keep it up. */
  const appendEnd = async (statement: ActionStatement): Promise<void> => {
    // The log itself tells the operator that it cannot be written.
    await append(statement).catch(() => undefined);
  };
  return {
    decided(record, { kind, userId }) {
      const isApproved = record.state === 'approved';
      return append({
        ...statementOf(record),
        actor: { sub: userId, kind, sessionId: record.sessionId },
        decision: isApproved ? 'allow' : 'block',
        outcome: isApproved && record.scope === 'session' ? 'approved:session' : record.state,
      });
    },

    async ended(record) {
      const { principal } = parseRequest(record.request);
      const { kind, userId } = principal;
      const reason = record.staleReason === null ? '' : `:${record.staleReason}`;
      await appendEnd({
        ...statementOf(record),
        actor: { sub: userId, kind, sessionId: record.sessionId },
        outcome: `${record.state}${reason}`,
      });
    },

    revoked: (grant, by) => append({ ...grantStatement(grant, by), outcome: 'revoked' }),

    lapsed: (grant) =>
      appendEnd({ ...grantStatement(grant, grant.actor), outcome: 'revoked:member_removed' }),
  };
}

function grantStatement(
  { grantId, sessionId, action, scopeKey, policies }: GrantRecord,
  { kind, userId }: Pick<PolicyPrincipal, 'kind' | 'userId'>,
): ActionStatement {
  return {
    actor: { sub: userId, kind, sessionId },
    action,
    phase: 'approval',
    subject: sessionId,
    inputHash: hashOfRequest(scopeKey),
    policies,
    approvalId: grantId,
  };
}

function statementOf(record: ApprovalRecord): Omit<ActionStatement, 'actor'> {
  const { paths, policyVersion } = parseRequest(record.request);
  const [main] = Object.values(paths);
  return {
    action: record.action,
    phase: 'approval',
    subject: main === undefined ? record.sessionId : `${record.sessionId}:${main}`,
    inputHash: record.request_hash,
    policies: record.policies,
    policyVersion,
    approvalId: record.approval_id,
  };
}
