import { actionOf, type PendingMessage } from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import {
  parseRequest,
  type ApprovalEnd,
  type ApprovalRecord,
  type StoredRequest,
} from '../governance/index.ts';
import { publicApproval } from '../operations/public-approval.ts';
import type { Parts } from '../parts.ts';
import type { Ending, Request } from '../pipeline/handle-request.ts';
import { stale, staleReasonOf } from '../pipeline/stale.ts';
import { errorMessage } from './error-message.ts';
import { stopped, type RunningRequest } from './running-request.ts';
import type { Session } from './session.ts';

/** The requests of a session that wait for a person, from the question to their reply. */
export interface Reviews {
  /** Tells that a request waits, and lets its sender withdraw it. */
  suspend(running: RunningRequest, approval: ApprovalRecord, auditId: string): void;
  /**
   * Ends the waiting of a request for a person, if it waits for one and it is not too late.
   * @throws where the store cannot be written; then it may be tried again, and does not run meanwhile.
   */
  withdraw(running: RunningRequest): Promise<void>;
  /** Goes on where the server ended with an approval; false when it was run and cut off. */
  takeUp(running: RunningRequest, asked: ApprovalRecord): Promise<boolean>;
  /** Runs a request that a person has approved, from the bytes that were stored. */
  run(record: ApprovalRecord): void;
  /** Ends the waiting of a request whose approval was denied or withdrawn, or has expired. */
  refuse(record: ApprovalRecord): Promise<void>;
}

/** What the requests of a session lend to their reviews. */
export interface ReviewHost {
  parts: Parts;
  session: Session;
  /** The running record of a request that waits here; undefined when nobody has asked here yet. */
  known(stored: StoredRequest): RunningRequest | undefined;
  /** The running record of a stored request; a new one when the server was restarted since. */
  adopt(record: ApprovalRecord, stored: StoredRequest): RunningRequest;
  /** Puts a request through the layers. */
  handle(running: RunningRequest, request: Request): Promise<Ending>;
  /** Runs a request to its end, or to where a person must decide. */
  end(running: RunningRequest, work: () => Promise<Ending>): Promise<string>;
  finish(running: RunningRequest, message: { type: string }, keep: boolean): Promise<void>;
  failureOf(running: RunningRequest, error: unknown): { type: string };
}

/** Makes the reviews of one session. */
export function createReviews(host: ReviewHost): Reviews {
  const { parts, session, known, adopt, handle, end, finish, failureOf } = host;

  const reviews: Reviews = {
    suspend(running, approval, auditId) {
      const { type, key } = running;
      const pending: PendingMessage = {
        type: 'pending',
        request_id: key.requestId,
        action: actionOf(type),
        reason: approval.reasons.join(' '),
        audit_id: auditId,
        approval_id: approval.approval_id,
        expires_at: approval.expires_at,
      };
      running.pending = pending;
      for (const listener of running.listeners) listener.send(JSON.stringify(pending));
      const { state: _state, ...fields } = publicApproval(approval);
      session.publish('approval_required', fields, key.requestId);
      const { signal } = running.abort;
      const withdraw = () => {
        reviews.withdraw(running).catch((error: unknown) => {
          // Aborted as it is, it is never run; `expire` ends it.
          parts.logger.error({ error }, 'A request could not be withdrawn.');
        });
      };
      if (!signal.aborted) signal.addEventListener('abort', withdraw, { once: true });
      // What came to wait while the server stops is there for the next one.
      else if (signal.reason !== stopped) withdraw();
    },

    async withdraw(running) {
      if (running.pending === null) return;
      const id = running.pending.approval_id;
      // Too late: it was approved or has expired, and ends by that.
      if (!(await parts.approvals.cancel(id))) return;
      running.pending = null;
      announce({ approval_id: id, state: 'cancelled', resolvedBy: null });
      await finish(running, { type: 'cancelled' }, true);
    },

    async takeUp(running, asked) {
      switch (asked.state) {
        case 'pending':
          reviews.suspend(running, asked, asked.approval_id);
          return true;
        case 'approved':
          // Its log entry is being written, or could not be; then it expires.
          if (asked.unrecorded) {
            reviews.suspend(running, asked, asked.approval_id);
            return true;
          }
          // Of all who try, one runs it, and answers whoever waits for it here.
          reviews.run(asked);
          return true;
        case 'denied':
        case 'expired':
          await reviews.refuse(asked);
          return true;
        case 'cancelled':
          await finish(running, { type: 'cancelled' }, true);
          return true;
        default:
          return false;
      }
    },

    run(record) {
      runApproved(record).catch((error: unknown) => {
        parts.logger.error({ error }, 'An approved request could not be run.');
      });
    },

    async refuse(record) {
      const stored = parseRequest(record.request);
      const running = adopt(record, stored);
      const expired = record.state === 'expired';
      const error = new RequestError(
        expired ? 'approval_expired' : 'approval_denied',
        expired
          ? 'Nobody approved the request in time.'
          : `The request was denied${record.comment ? `: ${record.comment}` : '.'}`,
      );
      announce(record);
      const message =
        record.state === 'cancelled'
          ? { type: 'cancelled' }
          : errorMessage(error, stored.requestId, stored.type);
      await finish(running, message, true);
    },
  };
  return reviews;

  async function runApproved(record: ApprovalRecord): Promise<void> {
    // It is being withdrawn, or is left to the next server.
    if (known(parseRequest(record.request))?.abort.signal.aborted) return;
    let stored: StoredRequest | null;
    try {
      stored = await parts.approvals.claim(record.approval_id);
    } catch (error) {
      const running = adopt(record, parseRequest(record.request));
      running.pending = null;
      if (staleReasonOf(error) !== null) announce({ ...record, state: 'stale' });
      await finish(running, failureOf(running, error), true);
      return;
    }
    // Only now: what nobody runs would wait here for ever.
    if (!stored) return;
    const running = adopt(record, stored);
    running.pending = null;
    const request = { ...requestOf(record, stored, running), approval: record };
    let outcome: ApprovalEnd = { state: 'failed' };
    await end(running, async () => {
      try {
        running.abort.signal.throwIfAborted();
        const identity = requesterNow(request.identity);
        const ending = await handle(running, { ...request, identity });
        if (ending.kind === 'reply') outcome = { state: 'executed' };
        return ending;
      } catch (error) {
        const staleReason = staleReasonOf(error);
        if (staleReason !== null) outcome = { state: 'stale', staleReason };
        throw error;
      }
    });
    await parts.approvals.finish(record.approval_id, outcome);
    announce({ ...record, state: outcome.state });
  }

  /**
   * The requester as he stands at this moment: what was approved is run for somebody who may still
   * act, with the roles that he has now, where something knows them.
   */
  function requesterNow(then: Identity): Identity {
    const isMember = session.members.roleOf(then.userId) !== null;
    if (!isMember || parts.revocations.isRevoked(then)) throw stale('session_ended');
    return { ...then, roles: rolesOfConnected(then.userId) ?? then.roles };
  }

  /** The roles that each of a user's connections has; null while none is open. */
  function rolesOfConnected(userId: string): readonly string[] | null {
    const now = parts.clock();
    const held = [...session.connections]
      .map(({ identity }) => identity)
      .filter((one) => one.userId === userId && (one.expiresAt === null || one.expiresAt > now))
      .map(({ roles }) => roles);
    const [first, ...others] = held;
    return first ? first.filter((role) => others.every((roles) => roles.includes(role))) : null;
  }

  function announce(record: Pick<ApprovalRecord, 'approval_id' | 'state' | 'resolvedBy'>): void {
    session.publish('approval_resolved', {
      approval_id: record.approval_id,
      decision: record.state === 'denied' ? 'deny' : record.resolvedBy === null ? null : 'approve',
      by: record.resolvedBy,
      state: record.state,
    });
  }
}

/** The requester as he was when he asked. His token may have ended since: what counts is the approval. */
export function requesterOf(record: ApprovalRecord, stored: StoredRequest): Identity {
  const { userId, roles } = stored.principal;
  return { ...record.requester, userId, roles, expiresAt: null };
}

function requestOf(
  record: ApprovalRecord,
  stored: StoredRequest,
  running: RunningRequest,
): Omit<Request, 'approval'> {
  return {
    name: stored.type,
    fields: stored.input,
    requestId: stored.requestId,
    clientId: stored.clientId,
    identity: requesterOf(record, stored),
    kind: stored.principal.kind,
    signal: running.abort.signal,
    connection: null,
    hadBegun: false,
  };
}
