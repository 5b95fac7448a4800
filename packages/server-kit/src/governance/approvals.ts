import { randomUUID } from 'node:crypto';
import type { ApprovalState } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';
import type { ApprovalRecord, ApprovalStore, StoredRequest } from './approval-store.ts';
import type { ReviewDecision } from './decision.ts';
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
   * or the requester under four eyes; `conflict` (details: `state`) when the hash is of another
   * request or somebody was faster; `approval_expired`.
   */
  resolve(by: PolicyPrincipal, resolution: ApprovalResolution): Promise<ApprovalRecord>;
  /**
   * Takes an approved request in order to run it. Of any number of callers one gets it, once.
   * @returns null when there is nothing to run: not approved, already taken, or approved too long ago.
   * @throws RequestError `conflict` when what is stored is not what was approved.
   */
  claim(id: string): Promise<StoredRequest | null>;
  /**
   * Records how the run of a claimed request ended; `stale` when it could not begin, since the file
   * or the policies had changed.
   * @throws RequestError `not_found`; `conflict` (details: `state`) when it is not running.
   */
  finish(id: string, state: 'executed' | 'failed' | 'stale'): Promise<void>;
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
  /** All approvals of a session, oldest first. */
  list(sessionId: string): Promise<ApprovalRecord[]>;
}

/** How to make {@link Approvals}. */
export interface ApprovalsOptions {
  store: ApprovalStore;
  /** Epoch milliseconds. @default Date.now */
  clock?: () => number;
  /** Makes ids that nobody can guess, at most 64 characters. @default random UUIDs */
  createId?: () => string;
  /** How long an approval holds before its run must begin, milliseconds. @default 60_000 */
  executionTtlMs?: number;
}

/** What an approver is shown beside the reasons. Invisible characters in it are made visible. */
export interface ApprovalDetails {
  /** Policy action, as `ide_file_delete`. */
  action: string;
  /** What it acts on: a path, or a name for the workspace. */
  resource: string;
  preview: string;
}

/** A person's decision. */
export interface ApprovalResolution {
  approvalId: string;
  /** Hash of the request that the person has seen. */
  requestHash: string;
  decision: 'approve' | 'deny';
  comment?: string | undefined;
  /** When given, an approval of another session is not found. */
  sessionId?: string | undefined;
}

/** Makes the state machine; each of its moves is one compare-and-swap in the store. */
export function createApprovals(options: ApprovalsOptions): Approvals {
  const {
    store,
    clock = Date.now,
    createId = () => `ap_${randomUUID()}`,
    executionTtlMs = 60_000,
  } = options;
  const now = () => instant(clock());

  return {
    async open(request, decision, { action, resource, preview }) {
      const bytes = serializeRequest(request);
      const openedAt = clock();
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
        sessionId: request.sessionId,
        request: bytes,
        createdAt: instant(openedAt),
        resolvedBy: null,
        resolvedAt: null,
        comment: null,
        claimedAt: null,
        version: 1,
      };
      await store.insert(record);
      return record;
    },

    async resolve(by, { approvalId, requestHash, decision, comment, sessionId }) {
      // Before the look-up: the assistant does not even learn what is waiting.
      if (by.kind !== 'user') {
        throw new RequestError('forbidden', 'Only a person may decide on an approval.');
      }
      const record = await store.get(approvalId);
      if (!record || (sessionId !== undefined && record.sessionId !== sessionId)) throw notFound();
      mayDecide(by, record, decision);
      if (record.request_hash !== requestHash) {
        throw new RequestError(
          'conflict',
          'The approval is for another request than the one you have seen. Load it again.',
          { details: { state: record.state } },
        );
      }
      refuseUnlessPending(record);
      const after = await move(record, {
        state: decision === 'approve' ? 'approved' : 'denied',
        resolvedBy: by.userId,
        resolvedAt: now(),
        comment: comment ?? null,
      });
      if (after) return after;
      const faster = await store.get(approvalId);
      if (!faster) throw notFound();
      throw noLongerPending(faster.state);
    },

    async claim(id) {
      const record = await store.get(id);
      if (!record || !isClaimable(record)) return null;
      const intact = hashOfRequest(record.request) === record.request_hash;
      const after = await move(
        record,
        intact ? { claimedAt: now() } : { claimedAt: now(), state: 'failed' },
      );
      if (!after) return null;
      if (!intact) {
        throw new RequestError('conflict', 'The stored request is not the one that was approved.', {
          details: { state: after.state },
        });
      }
      return parseRequest(record.request);
    },

    async finish(id, state) {
      const record = await store.get(id);
      if (!record) throw notFound();
      const after = isRunning(record) ? await move(record, { state }) : null;
      if (after) return;
      throw new RequestError('conflict', 'The request is not running.', {
        details: { state: record.state },
      });
    },

    async cancel(id) {
      const record = await store.get(id);
      if (!record || !isOpen(record)) return false;
      return (await move(record, { state: 'cancelled' })) !== null;
    },

    async expire() {
      const open = await store.list({ states: ['pending', 'approved'] });
      return moveEach(
        open.filter((record) => isOpen(record) && isPastDue(record)),
        'expired',
      );
    },

    async recover(filter = {}) {
      const approved = await store.list({ ...filter, states: ['approved'] });
      return moveEach(approved.filter(isRunning), 'failed');
    },

    async list(sessionId) {
      const records = await store.list({ sessionId });
      return records.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
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

  async function moveEach(
    records: readonly ApprovalRecord[],
    state: ApprovalState,
  ): Promise<ApprovalRecord[]> {
    const moved = await Promise.all(records.map((record) => move(record, { state })));
    return moved.filter((record) => record !== null);
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

function mayDecide(
  by: PolicyPrincipal,
  record: ApprovalRecord,
  decision: 'approve' | 'deny',
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
