import { randomUUID } from 'node:crypto';
import type { ApprovalState } from '@ide-assistant/sdk/protocol';
import { RequestError, tooMany } from '../errors.ts';
import type { Approvals, ApprovalsOptions } from './approval-options.ts';
import { listWithPreviews } from './approval-listing.ts';
import type { ApprovalRecord, ApprovalSummary } from './approval-store.ts';
import { isOpen, isRunning, noLongerPending, notFound } from './approval-moment.ts';
import { createApprovalTrail } from './approval-trail.ts';
import { mayDecide } from './approver.ts';
import { createGrants, maxGrantMs } from './grants.ts';
import type { PolicyPrincipal } from './policy-request.ts';
import { hashOfRequest, parseRequest, serializeRequest } from './request-bytes.ts';
import { visibleText } from './visible-text.ts';

/** Makes the state machine; each of its moves is one compare-and-swap in the store. */
export function createApprovals(options: ApprovalsOptions): Approvals {
  const {
    store,
    clock = Date.now,
    createId = () => `ap_${randomUUID()}`,
    executionTtlMs = 60_000,
    grantTtlMs = maxGrantMs,
    maxPerUser = Infinity,
    maxPerSession = Infinity,
  } = options;
  const now = () => instant(clock());
  const trail = createApprovalTrail(options.audit);
  let lastInsert: Promise<unknown> = Promise.resolve();

  return {
    grants: createGrants({ store: store.grants, trail, clock, ttlMs: grantTtlMs }),
    get: (id) => store.get(id),
    find: (asked) => store.find(asked),
    sessionsWith: (state) => store.sessionsWith(state),

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
        clientId: request.clientId,
        requestId: request.requestId,
        request: bytes,
        requester,
        policies: [...decision.policies],
        scopeKey: scope.key,
        createdAt: instant(openedAt),
        resolvedBy: null,
        resolvedAt: null,
        scope: null,
        comment: null,
        unrecorded: false,
        claimedAt: null,
        staleReason: null,
        version: 1,
      };
      // One after the other, so that none slips in between the count and what is counted.
      const inserted = lastInsert.then(() => insertIfRoom(record));
      lastInsert = inserted.catch(() => undefined);
      await inserted;
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
      const decided = await move(record, {
        state: isApproved ? 'approved' : 'denied',
        resolvedBy: by.userId,
        resolvedAt: now(),
        scope: isApproved ? scope : null,
        comment: comment ?? null,
        unrecorded: true,
      });
      return decided ? recordDecision(decided, by) : refuseAsDecided(approvalId);
    },

    record: recordDecision,

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

    async cancelWhere(fits) {
      const open = await store.list({ states: ['pending', 'approved'] });
      const fitting = open.filter(({ requester, requested_by: userId }) =>
        fits({ ...requester, userId }),
      );
      return endEach(fitting.map(idOf), isOpen, 'cancelled');
    },

    async expire() {
      const expiresBy = clock();
      const ids = await store.due({ expiresBy, approvedBy: expiresBy - executionTtlMs });
      return endEach(ids, (record) => isOpen(record) && isPastDue(record), 'expired');
    },

    async recover(filter = {}) {
      const approved = await store.list({ ...filter, states: ['approved'] });
      return endEach(approved.filter(isRunning).map(idOf), isRunning, 'failed');
    },

    list: (sessionId, state) => listWithPreviews(store, sessionId, state),

    async prune(ageMs) {
      await store.prune(ageMs);
      await store.grants.prune(clock() - ageMs);
    },
  };

  async function recordDecision(
    decided: ApprovalRecord,
    by: PolicyPrincipal,
  ): Promise<ApprovalRecord> {
    try {
      await trail.decided(decided, by);
    } catch (error) {
      // It waits again, for a decision that can be recorded.
      await move(decided, {
        state: 'pending',
        unrecorded: false,
        ...{ resolvedBy: null, resolvedAt: null, scope: null, comment: null },
      });
      throw error;
    }
    return (await move(decided, { unrecorded: false })) ?? refuseAsDecided(decided.approval_id);
  }

  async function refuseAsDecided(id: string): Promise<never> {
    const faster = await store.get(id);
    if (!faster) throw notFound();
    throw noLongerPending(faster.state);
  }

  async function insertIfRoom(record: ApprovalRecord): Promise<void> {
    const { sessionId, requested_by: userId } = record;
    if ((await store.countPending({ userId })) >= maxPerUser) {
      throw tooMany(`More than ${maxPerUser} of your requests wait for a person.`);
    }
    if ((await store.countPending({ sessionId })) >= maxPerSession) {
      throw tooMany(`More than ${maxPerSession} requests of this session wait for a person.`);
    }
    await store.insert(record);
  }

  async function move(
    record: ApprovalRecord,
    change: Partial<ApprovalSummary>,
  ): Promise<ApprovalRecord | null> {
    const next = { ...change, version: record.version + 1 };
    const applied = await store.transition(record.approval_id, record.version, next);
    return applied ? { ...record, ...next } : null;
  }

  async function endEach(
    ids: readonly string[],
    isMeant: (record: ApprovalRecord) => boolean,
    state: ApprovalState,
  ): Promise<ApprovalRecord[]> {
    const ended: ApprovalRecord[] = [];
    for (const id of ids) {
      try {
        const record = await store.get(id);
        const after = record && isMeant(record) ? await move(record, { state }) : null;
        if (after) ended.push(after);
      } catch (error) {
        // Whoever asked for those before it must be told, and the rest is found again.
        if (ended.length === 0) throw error;
        break;
      }
    }
    await Promise.all(ended.map((record) => trail.ended(record)));
    return ended;
  }

  function isPastDue(record: ApprovalSummary): boolean {
    if (record.state === 'pending') return clock() >= Date.parse(record.expires_at);
    return clock() >= Date.parse(record.resolvedAt ?? record.createdAt) + executionTtlMs;
  }

  function isClaimable(record: ApprovalSummary): boolean {
    const isApproved = record.state === 'approved' && !record.unrecorded;
    return isApproved && record.claimedAt === null && !isPastDue(record);
  }

  /** Leaves the state alone: `expire` alone ends what is past due, and tells of it. */
  function refuseUnlessPending(record: ApprovalRecord): void {
    if (record.state !== 'pending') throw noLongerPending(record.state);
    if (isPastDue(record)) throw noLongerPending('expired');
  }
}

function idOf({ approval_id: id }: ApprovalSummary): string {
  return id;
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
