import { RequestError } from '../errors.ts';
import type { ApprovalRecord } from './approval-store.ts';
import type { ApprovalTrail } from './approval-trail.ts';
import type { ReviewDecision } from './decision.ts';
import type { GrantRecord, GrantStore } from './grant-store.ts';
import type { PolicyPrincipal } from './policy-request.ts';
import { parseRequest } from './request-bytes.ts';

/** Longest life of a grant, milliseconds: a working day. */
export const maxGrantMs = 8 * 3_600_000;

/** Approvals that hold for a session, where the policies allow that. */
export interface Grants {
  /**
   * Lets requests like an approved one pass unasked. The same approval always gives the same grant,
   * so that a repeat after a crash completes what was begun and revives nothing.
   */
  add(record: ApprovalRecord, by: PolicyPrincipal): Promise<GrantRecord>;
  /** The grant that lifts a review; null where a person must be asked. */
  find(
    request: {
      sessionId: string;
      principal: PolicyPrincipal;
      action: string;
      scopeKey: string;
    },
    review: ReviewDecision,
  ): Promise<GrantRecord | null>;
  /** Grants of a session that hold now, oldest first. */
  list(sessionId: string): Promise<GrantRecord[]>;
  /**
   * Ends a grant of a session; one that has ended stays so.
   * @throws RequestError `not_found` when there is none; `forbidden` for the assistant.
   */
  revoke(grantId: string, session: { sessionId: string; by: PolicyPrincipal }): Promise<void>;
  /** Ends all that a user has given or got in a session. @returns The ids of what he had. */
  endOf(userId: string, sessionId: string): Promise<string[]>;
}

/** Makes {@link Grants}; `ttlMs` is their life, of which more than {@link maxGrantMs} is cut off. */
export function createGrants(options: {
  store: GrantStore;
  trail: ApprovalTrail;
  clock: () => number;
  ttlMs: number;
}): Grants {
  const { store, trail, clock } = options;
  const ttlMs = Math.min(options.ttlMs, maxGrantMs);

  const grants: Grants = {
    async add(record, by) {
      const { principal } = parseRequest(record.request);
      const grant: GrantRecord = {
        grantId: grantIdOf(record.approval_id),
        sessionId: record.sessionId,
        approvalId: record.approval_id,
        actor: { kind: principal.kind, userId: principal.userId },
        action: record.action,
        scopeKey: record.scopeKey,
        covers: record.grant_covers ?? '',
        policies: [...record.policies],
        grantedBy: by.userId,
        granterRoles: [...by.roles],
        createdAt: clock(),
        expiresAt: clock() + ttlMs,
      };
      await store.insert(grant);
      return grant;
    },

    async find({ sessionId, principal, action, scopeKey }, review) {
      if (!review.grantable || review.fourEyes) return null;
      const living = await grants.list(sessionId);
      return (
        living.find(
          (grant) =>
            grant.actor.kind === principal.kind &&
            grant.actor.userId === principal.userId &&
            grant.action === action &&
            grant.scopeKey === scopeKey &&
            // A review that nobody has lifted yet, or for which the granter would not do, is asked for.
            review.policies.every((id) => grant.policies.includes(id)) &&
            review.approvers.some((role) => grant.granterRoles.includes(role)),
        ) ?? null
      );
    },

    async list(sessionId) {
      return (await store.list(sessionId)).filter(({ expiresAt }) => clock() < expiresAt);
    },

    async revoke(grantId, { sessionId, by }) {
      if (by.kind !== 'user') {
        throw new RequestError('forbidden', 'Only a person may end a grant.');
      }
      const grant = await store.get(grantId);
      if (grant?.sessionId !== sessionId) {
        throw new RequestError('not_found', 'There is no such grant.');
      }
      if (await store.end(grantId, clock())) await trail.revoked(grant, by);
    },

    async endOf(userId, sessionId) {
      const ended: string[] = [];
      for (const grant of await grants.list(sessionId)) {
        if (grant.actor.userId !== userId && grant.grantedBy !== userId) continue;
        if (!(await store.end(grant.grantId, clock()))) continue;
        await trail.lapsed(grant);
        ended.push(grant.grantId);
      }
      return ended;
    },
  };
  return grants;
}

function grantIdOf(approvalId: string): string {
  return `gr_${approvalId.replace(/^ap_/, '')}`;
}
