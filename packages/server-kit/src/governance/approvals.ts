import { randomUUID } from 'node:crypto';
import type { ApprovalState } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';
import type {
  ApprovalDetails,
  ApprovalEnd,
  ApprovalResolution,
  ApprovalsOptions,
} from './approval-options.ts';
import type { ApprovalRecord, StoredRequest } from './approval-store.ts';
import { createApprovalTrail } from './approval-trail.ts';
import { mayDecide } from './approver.ts';
import type { ReviewDecision } from './decision.ts';
import { createGrants, maxGrantMs, type Grants } from './grants.ts';
import type { PolicyPrincipal } from './policy-request.ts';
import { hashOfRequest, parseRequest, serializeRequest } from './request-bytes.ts';
import { visibleText } from './visible-text.ts';

/** Requests that wait for a person, from the question to the end of the run. */
export interface Approvals {
  /** Stores a request that the policies want reviewed. It waits for `decision.ttlMs`. */
  open(
    request: StoredRequest,
    decision: ReviewDecision,
    details: ApprovalDetails,
  ): Promise<ApprovalRecord>;
  /**
   * Approves or denies a waiting request.
   * @throws RequestError `not_found`; `forbidden` for the assistant, a role that may not approve it,
   * the requester under four eyes, or the scope `session` where the policies do not allow that;
   * `invalid_message` for a denial with that scope; `conflict` (details: `state`) when the hash is of
   * another request or somebody was faster; `approval_expired`; `audit_unavailable`.
   */
  resolve(by: PolicyPrincipal, resolution: ApprovalResolution): Promise<ApprovalRecord>;
  /**
   * Takes an approved request in order to run it. Of any number of callers one gets it, once.
   * @returns null when there is nothing to run: not approved, already taken, or approved too long ago.
   * @throws RequestError `conflict` (details: `stale`) when what is stored is not what was approved.
   */
  claim(id: string): Promise<StoredRequest | null>;
  /**
   * Records how the run of a claimed request ended; `stale` when it could not begin, since something
   * had changed.
   * @throws RequestError `not_found`; `conflict` (details: `state`) when it is not running.
   */
  finish(id: string, end: ApprovalEnd): Promise<void>;
  /**
   * Withdraws a request that waits or has not begun to run.
   * @returns false when it is too late, or there is none.
   */
  cancel(id: string): Promise<boolean>;
  /**
   * Ends what nobody decided on in time, and what was approved but not begun in time; to be called
   * every few seconds. Each is returned by one call only, so that its requester is told once.
   */
  expire(): Promise<ApprovalRecord[]>;
  /**
   * Closes as `failed` what was running when the server stopped. It is never run again: how far it
   * came is unknown. To be called at start, before the first {@link Approvals.claim}; where several
   * servers share the store, with the session that this one takes over.
   */
  recover(filter?: { sessionId?: string }): Promise<ApprovalRecord[]>;
  /** Null when there is none. */
  get(id: string): Promise<ApprovalRecord | null>;
  /** All approvals of a session, oldest first. */
  list(sessionId: string): Promise<ApprovalRecord[]>;
  /** Sessions that have an approval in a state. */
  sessionsWith(state: ApprovalState): Promise<string[]>;
  /** What was approved for a session. */
  readonly grants: Grants;
}

/** Makes the state machine; each of its moves is one compare-and-swap in the store. */
export function createApprovals(options: ApprovalsOptions): Approvals {
  const {
    store,
    clock = Date.now,
    createId = () => `ap_${randomUUID()}`,
    executionTtlMs = 60_000,
    grantTtlMs = maxGrantMs,
  } = options;
  const now = () => instant(clock());
  const trail = createApprovalTrail(options.audit);

  return {
    grants: createGrants({ store: store.grants, trail, clock, ttlMs: grantTtlMs }),
    get: (id) => store.get(id),

    async open(request, decision, { action, resource, preview, requester, scope }) {
      const bytes = serializeRequest(request);
      const openedAt = clock();
      const grantable = decision.grantable && !decision.fourEyes;
      const record: ApprovalRecord = {
        approval_id: createId(),
        request_hash: hashOfRequest(bytes),
        action,
        resource: visibleText(resource),
        reasons: [...decision.reasons],
        requested_by: request.principal.userId,
        approvers: [...decision.approvers],
        four_eyes: decision.fourEyes,
        expires_at: instant(openedAt + decision.ttlMs),
        preview: visibleText(preview),
        state: 'pending',
        ...(grantable ? { grantable, grant_covers: scope.text } : {}),
        sessionId: request.sessionId,
        request: bytes,
        requester,
        policies: [...decision.policies],
        scopeKey: scope.key,
        createdAt: instant(openedAt),
        resolvedBy: null,
        resolvedAt: null,
        scope: null,
        comment: null,
        claimedAt: null,
        staleReason: null,
        version: 1,
      };
      await store.insert(record);
      return record;
    },

    async resolve(by, { approvalId, requestHash, decision, scope = 'once', comment, sessionId }) {
      // Before the look-up: the assistant does not even learn what is waiting.
      if (by.kind !== 'user') {
        throw new RequestError('forbidden', 'Only a person may decide on an approval.');
      }
      const record = await store.get(approvalId);
      if (!record || (sessionId !== undefined && record.sessionId !== sessionId)) throw notFound();
      mayDecide(by, record, { decision, scope });
      if (record.request_hash !== requestHash) {
        throw new RequestError(
          'conflict',
          'The approval is for another request than the one you have seen. Load it again.',
          { details: { state: record.state } },
        );
      }
      refuseUnlessPending(record);
      const isApproved = decision === 'approve';
      const after = await move(record, {
        state: isApproved ? 'approved' : 'denied',
        resolvedBy: by.userId,
        resolvedAt: now(),
        scope: isApproved ? scope : null,
        comment: comment ?? null,
      });
      if (after) {
        await trail.decided(after, by);
        return after;
      }
      const faster = await store.get(approvalId);
      if (!faster) throw notFound();
      throw noLongerPending(faster.state);
    },

    async claim(id) {
      const record = await store.get(id);
      if (!record || !isClaimable(record)) return null;
      if (hashOfRequest(record.request) === record.request_hash) {
        return (await move(record, { claimedAt: now() })) ? parseRequest(record.request) : null;
      }
      const staleReason = 'request_changed';
      const after = await move(record, { claimedAt: now(), state: 'stale', staleReason });
      if (!after) return null;
      await trail.ended(after);
      throw new RequestError('conflict', 'The stored request is not the one that was approved.', {
        details: { stale: true, reason: staleReason, state: after.state },
      });
    },

    async finish(id, end) {
      const record = await store.get(id);
      if (!record) throw notFound();
      const after = isRunning(record) ? await move(record, end) : null;
      if (after) return trail.ended(after);
      throw new RequestError('conflict', 'The request is not running.', {
        details: { state: record.state },
      });
    },

    async cancel(id) {
      const record = await store.get(id);
      if (!record || !isOpen(record)) return false;
      const after = await move(record, { state: 'cancelled' });
      if (after) await trail.ended(after);
      return after !== null;
    },

    async expire() {
      const open = await store.list({ states: ['pending', 'approved'] });
      return endEach(
        open.filter((record) => isOpen(record) && isPastDue(record)),
        'expired',
      );
    },

    async recover(filter = {}) {
      const approved = await store.list({ ...filter, states: ['approved'] });
      return endEach(approved.filter(isRunning), 'failed');
    },

    async list(sessionId) {
      const records = await store.list({ sessionId });
      return records.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    },

    async sessionsWith(state) {
      const records = await store.list({ states: [state] });
      return [...new Set(records.map(({ sessionId }) => sessionId))];
    },
  };

  async function move(
    record: ApprovalRecord,
    change: Partial<ApprovalRecord>,
  ): Promise<ApprovalRecord | null> {
    const next = { ...change, version: record.version + 1 };
    const applied = await store.transition(record.approval_id, record.version, next);
    return applied ? { ...record, ...next } : null;
  }

  async function endEach(
    records: readonly ApprovalRecord[],
    state: ApprovalState,
  ): Promise<ApprovalRecord[]> {
    const moved = await Promise.all(records.map((record) => move(record, { state })));
    const ended = moved.filter((record) => record !== null);
    await Promise.all(ended.map((record) => trail.ended(record)));
    return ended;
  }

  function isPastDue(record: ApprovalRecord): boolean {
    if (record.state === 'pending') return clock() >= Date.parse(record.expires_at);
    return clock() >= Date.parse(record.resolvedAt ?? record.createdAt) + executionTtlMs;
  }

  function isClaimable(record: ApprovalRecord): boolean {
    return record.state === 'approved' && record.claimedAt === null && !isPastDue(record);
  }

  /** Leaves the state alone: `expire` alone ends what is past due, and tells of it. */
  function refuseUnlessPending(record: ApprovalRecord): void {
    if (record.state !== 'pending') throw noLongerPending(record.state);
    if (isPastDue(record)) throw noLongerPending('expired');
  }
}

function isOpen({ state, claimedAt }: ApprovalRecord): boolean {
  return state === 'pending' || (state === 'approved' && claimedAt === null);
}

function isRunning({ state, claimedAt }: ApprovalRecord): boolean {
  return state === 'approved' && claimedAt !== null;
}

function noLongerPending(state: ApprovalState): RequestError {
  return state === 'expired'
    ? new RequestError('approval_expired', 'The approval has expired. Ask again.', {
        details: { state },
      })
    : new RequestError('conflict', `The approval is no longer pending: it is ${state}.`, {
        details: { state },
      });
}

function notFound(): RequestError {
  return new RequestError('not_found', 'There is no such approval.');
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
