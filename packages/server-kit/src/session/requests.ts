import {
  actionOf,
  contract,
  type ErrorMessage,
  type EventFields,
  type EventName,
  type InputOf,
  type OperationName,
  type PendingMessage,
} from '@ide-assistant/sdk/protocol';
import type { ToolResult } from '../assistant/assistant.ts';
import type { Identity } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import type { ApprovalRecord, StoredRequest } from '../governance/index.ts';
import { handlers } from '../operations/index.ts';
import { publicApproval } from '../operations/public-approval.ts';
import type { Parts } from '../parts.ts';
import { handleRequest, type Ending, type Request } from '../pipeline/handle-request.ts';
import type { Outcome, RequestKey } from '../storage/index.ts';
import { errorMessage } from './error-message.ts';
import { createPathOrder } from './path-order.ts';
import { recordStream, startRequest, type RunningRequest } from './running-request.ts';
import type { Session, SessionConnection } from './session.ts';
import { toolResultOf } from './tool-result.ts';

/** A frame that asks for an operation. */
export interface RequestFrame {
  name: OperationName;
  requestId: string;
  fields: Record<string, unknown>;
}

/** The requests of a session: each is executed at most once and answered to whoever asks. */
export interface Requests {
  /** Runs a request, joins the one that runs already, or repeats the reply that is kept. */
  submit(connection: SessionConnection, frame: RequestFrame): void;
  /** Ends the waiting of a request whose approval was denied or has expired. */
  refuseApproval(record: ApprovalRecord): Promise<void>;
  /** Requests that run now, with their text so far. */
  running(): EventFields<'session_snapshot'>['running'];
  forgetListener(connection: SessionConnection): void;
  readonly count: number;
  /** How many of them do not wait for a person. */
  readonly working: number;
  /**
   * Begins nothing any more, and resolves when all that runs now has ended. What comes is not answered,
   * so that its sender asks the next server; what waits for a person is not waited for.
   */
  drain(): Promise<void>;
  /**
   * Stops what runs and waits until it has stopped. A `run` ends as interrupted; all else is left
   * unanswered, and is done or found done when its sender repeats it.
   */
  close(): Promise<void>;
}

/** How long a client should wait before it repeats a request that was one too many, ms. */
const crowdedRetryMs = 1_000;

/** Why a request is aborted when the server stops, told apart from a person's `cancel`. */
const stopped = new Error('The server stops.');

/** What is served until the end: to stop things, and to show that somebody is there. */
const servedWhileDraining: ReadonlySet<OperationName> = new Set(['cancel', 'ping']);

/** Makes the requests of one session. */
export function createRequests(parts: Parts, session: Session): Requests {
  const active = new Map<string, RunningRequest>();
  const order = createPathOrder();
  let isDraining = false;

  const requests: Requests = {
    submit(connection, frame) {
      const key = keyOf(connection.clientId, frame.requestId);
      const joined = active.get(textOf(key));
      if (joined) {
        joined.listeners.add(connection);
        if (joined.pending) connection.send(JSON.stringify(joined.pending));
        return;
      }
      if (isDraining && !servedWhileDraining.has(frame.name)) return;
      if (active.size >= parts.limits.requestsInFlight) {
        const error = new RequestError(
          'rate_limited',
          `More than ${parts.limits.requestsInFlight} requests of this session wait for an answer.`,
          { retryable: true, retryAfterMs: crowdedRetryMs },
        );
        connection.send(JSON.stringify(errorMessage(error, frame.requestId, frame.name)));
        return;
      }
      const running = startRequest(key, frame.name);
      running.listeners.add(connection);
      active.set(textOf(key), running);
      void perform(running, frame, connection);
    },

    async refuseApproval(record) {
      const stored = JSON.parse(record.request) as StoredRequest;
      const running = adopt(stored);
      const expired = record.state === 'expired';
      const error = new RequestError(
        expired ? 'approval_expired' : 'approval_denied',
        expired
          ? 'Nobody approved the request in time.'
          : `The request was denied${record.comment ? `: ${record.comment}` : '.'}`,
      );
      announce(record);
      await finish(running, errorMessage(error, stored.requestId, stored.type), true);
    },

    running: () =>
      [...active.values()]
        .filter(({ type }) => contract[type].class === 'run')
        .map(({ key, type, stream }) => ({
          request_id: key.requestId,
          type,
          ...(stream.executionId === undefined ? {} : { execution_id: stream.executionId }),
          ...(stream.messageId === undefined ? {} : { message_id: stream.messageId }),
          text: stream.text,
          truncated: stream.truncated,
        })),

    forgetListener(connection) {
      for (const running of active.values()) running.listeners.delete(connection);
    },

    get count() {
      return active.size;
    },

    get working() {
      return atWork().length;
    },

    async drain() {
      isDraining = true;
      await Promise.all(atWork().map(({ ended }) => ended));
    },

    async close() {
      for (const running of atWork()) running.abort.abort(stopped);
      await requests.drain();
    },
  };
  return requests;

  function atWork(): RunningRequest[] {
    return [...active.values()].filter(({ pending }) => pending === null);
  }

  async function perform(
    running: RunningRequest,
    frame: RequestFrame,
    connection: SessionConnection,
  ): Promise<void> {
    const { name, requestId, fields } = frame;
    const isRead = contract[name].class === 'read';
    const turn = handlers[name].turn?.(fields) ?? null;
    const place = order.enter([
      ...pathKeys(running.key.clientId, name, fields),
      ...(turn === null ? [] : [`turn\n${turn}`]),
    ]);
    try {
      const known = isRead ? null : await parts.storage.outcomes.find(running.key);
      if (known && (await repeatKnown(running, known))) return;
      if (!isRead) await parts.storage.outcomes.begin(running.key, name);
      // A turn may be long in coming, and who has cancelled meanwhile need not wait for it.
      await (turn === null
        ? place.turn
        : Promise.race([place.turn, aborted(running.abort.signal)]));
      // A run may last; it waits for earlier requests on its file but holds up no later ones.
      if (contract[name].class === 'run' && turn === null) place.leave();
      await end(running, () => {
        // It may have been cancelled while it waited for its turn.
        running.abort.signal.throwIfAborted();
        return handleRequest(hostOf(running, connection.identity), {
          name,
          fields: { ...fields, request_id: requestId },
          requestId,
          clientId: running.key.clientId,
          identity: connection.identity,
          kind: 'user',
          signal: running.abort.signal,
          connection,
          approval: null,
          hadBegun: known !== null,
        });
      });
    } catch (error) {
      // Only the store of outcomes fails here; the request itself has its own net.
      await finish(running, failureOf(running, error), false);
    } finally {
      place.leave();
    }
  }

  /** Runs a request to its end, or to where a person must decide. */
  async function end(running: RunningRequest, work: () => Promise<Ending>): Promise<string> {
    let message: Record<string, unknown> & { type: string };
    let keep = true;
    try {
      const ending = await work();
      if (ending.kind === 'review') {
        suspend(running, ending.approval, ending.auditId);
        return 'pending';
      }
      message = ending.message;
    } catch (error) {
      if (running.abort.signal.reason === stopped) {
        if (contract[running.type].class !== 'run') return leaveUnanswered(running);
        message = interruptedMessage(running);
      } else if (running.abort.signal.aborted) {
        message = { type: 'cancelled' };
      } else {
        message = failureOf(running, error);
        keep = !(
          error instanceof RequestError &&
          (error.retryable || error.code === 'invalid_message')
        );
      }
    }
    await finish(running, message, keep);
    return message.type;
  }

  async function finish(
    running: RunningRequest,
    message: { type: string },
    keep: boolean,
  ): Promise<void> {
    const { key, type } = running;
    const { type: reply, ...fields } = message;
    const text = JSON.stringify({ type: reply, request_id: key.requestId, ...fields });
    if (contract[type].class !== 'read') {
      try {
        if (keep) await parts.storage.outcomes.finish(key, text);
        else await parts.storage.outcomes.forget(key);
      } catch (error) {
        parts.logger.error({ error, type }, 'The outcome of a request could not be kept.');
      }
    }
    active.delete(textOf(key));
    for (const listener of running.listeners) listener.send(text);
    running.settle(message.type);
  }

  /** Lets go of a request that the next server is to answer. */
  function leaveUnanswered(running: RunningRequest): string {
    active.delete(textOf(running.key));
    running.settle('unanswered');
    return 'unanswered';
  }

  /** Answers a request that was sent before; false when it must run, as it had only begun. */
  async function repeatKnown(running: RunningRequest, known: Outcome): Promise<boolean> {
    const { key, type } = running;
    if (known.reply !== null) {
      active.delete(textOf(key));
      for (const listener of running.listeners) listener.send(known.reply);
      running.settle((JSON.parse(known.reply) as { type: string }).type);
      return true;
    }
    const asked = (await parts.approvals.list(session.id)).findLast((record) => {
      const stored = JSON.parse(record.request) as StoredRequest;
      return stored.clientId === key.clientId && stored.requestId === key.requestId;
    });
    // Its approval may have been taken up, and it answered by that, since the look at its outcome.
    if (active.get(textOf(key)) !== running) return true;
    if (asked && (await takeUp(running, asked))) return true;
    if (contract[type].class !== 'run') return false;
    await finish(running, interruptedMessage(running), true);
    return true;
  }

  /** Goes on where the server ended with an approval; false when it was run and cut off. */
  async function takeUp(running: RunningRequest, asked: ApprovalRecord): Promise<boolean> {
    switch (asked.state) {
      case 'pending':
        suspend(running, asked, asked.approval_id);
        return true;
      case 'approved':
        // Of all who try, one runs it, and answers whoever waits for it here.
        runApproved(asked).catch((error: unknown) => {
          parts.logger.error({ error }, 'An approved request could not be run.');
        });
        return true;
      case 'denied':
      case 'expired':
        await requests.refuseApproval(asked);
        return true;
      case 'cancelled':
        await finish(running, { type: 'cancelled' }, true);
        return true;
      default:
        return false;
    }
  }

  function suspend(running: RunningRequest, approval: ApprovalRecord, auditId: string): void {
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
    running.abort.signal.addEventListener('abort', () => void cancelPending(running, approval), {
      once: true,
    });
    for (const listener of running.listeners) listener.send(JSON.stringify(pending));
    const { state: _state, ...fields } = publicApproval(approval);
    session.publish('approval_required', fields, key.requestId);
  }

  async function cancelPending(running: RunningRequest, approval: ApprovalRecord): Promise<void> {
    if (running.pending === null) return;
    // Too late: it was approved or has expired, and ends by that.
    if (!(await parts.approvals.cancel(approval.approval_id))) return;
    running.pending = null;
    announce({ ...approval, state: 'cancelled' });
    await finish(running, { type: 'cancelled' }, true);
  }

  /** Runs a request that a person has approved, from the bytes that were stored. */
  async function runApproved(record: ApprovalRecord): Promise<void> {
    let stored: StoredRequest | null;
    try {
      stored = await parts.approvals.claim(record.approval_id);
    } catch (error) {
      const running = adopt(JSON.parse(record.request) as StoredRequest);
      running.pending = null;
      await finish(running, failureOf(running, error), true);
      return;
    }
    // Only now: what nobody runs would wait here for ever.
    if (!stored) return;
    const running = adopt(stored);
    running.pending = null;
    const identity: Identity = {
      userId: stored.principal.userId,
      roles: stored.principal.roles,
      expiresAt: null,
      tokenId: null,
    };
    const request: Request = {
      name: stored.type,
      fields: stored.input,
      requestId: stored.requestId,
      clientId: stored.clientId,
      identity,
      kind: stored.principal.kind,
      signal: running.abort.signal,
      connection: null,
      approval: record,
      hadBegun: false,
    };
    let state: 'executed' | 'failed' | 'stale' = 'failed';
    await end(running, async () => {
      try {
        const ending = await handleRequest(hostOf(running, identity), request);
        if (ending.kind === 'reply' && ending.message.type !== 'blocked') state = 'executed';
        return ending;
      } catch (error) {
        if (error instanceof RequestError && error.details?.['stale']) state = 'stale';
        throw error;
      }
    });
    await parts.approvals.finish(record.approval_id, state);
    announce({ ...record, state });
  }

  /** The running record of a stored request; a new one when the server was restarted since. */
  function adopt(stored: StoredRequest): RunningRequest {
    const key = keyOf(stored.clientId, stored.requestId);
    const known = active.get(textOf(key));
    if (known) return known;
    const running = startRequest(key, stored.type);
    active.set(textOf(key), running);
    return running;
  }

  function announce(record: ApprovalRecord): void {
    session.publish('approval_resolved', {
      approval_id: record.approval_id,
      decision: record.state === 'denied' ? 'deny' : record.resolvedBy === null ? null : 'approve',
      by: record.resolvedBy,
      state: record.state,
    });
  }

  function hostOf(running: RunningRequest, identity: Identity) {
    return {
      parts,
      session,
      tools: {
        tell: <N extends EventName>(type: N, fields: EventFields<N>) => {
          session.publish(type, fields, running.key.requestId);
          recordStream(running, fields);
        },
        drained: () => session.drained(running.abort.signal),
        invoke: <N extends OperationName>(name: N, input: InputOf<N>) =>
          invoke(running, identity, name, input),
        cancelRequest: async (requestId: string) => {
          const other = active.get(textOf(keyOf(running.key.clientId, requestId)));
          if (!other || other === running) return false;
          other.abort.abort();
          return (await other.ended) === 'cancelled';
        },
        runApproved: (record: ApprovalRecord) => {
          runApproved(record).catch((error: unknown) => {
            parts.logger.error({ error }, 'An approved request could not be run.');
          });
        },
        refuseApproval: (record: ApprovalRecord) => requests.refuseApproval(record),
      },
    };
  }

  /** Performs an operation for the assistant; what needs a person is waited for. */
  async function invoke<N extends OperationName>(
    parent: RunningRequest,
    identity: Identity,
    name: N,
    input: InputOf<N>,
  ): Promise<ToolResult<N>> {
    const requestId = parts.createId('t');
    const running = startRequest(keyOf(parent.key.clientId, requestId), name);
    const replies: string[] = [];
    running.listeners.add({ send: (text) => void replies.push(text) });
    active.set(textOf(running.key), running);
    const stop = () => running.abort.abort(parent.abort.signal.reason);
    parent.abort.signal.addEventListener('abort', stop, { once: true });
    try {
      if (contract[name].class !== 'read') {
        await parts.storage.outcomes.begin(running.key, name);
      }
      void end(running, () =>
        handleRequest(hostOf(running, identity), {
          name,
          fields: input,
          requestId,
          clientId: parent.key.clientId,
          identity,
          kind: parts.assistant.actsAs ?? 'assistant',
          signal: running.abort.signal,
          connection: null,
          approval: null,
          hadBegun: false,
        }),
      );
      await running.ended;
    } finally {
      parent.abort.signal.removeEventListener('abort', stop);
    }
    return toolResultOf<N>(
      JSON.parse(replies.at(-1) ?? '{"type":"cancelled"}') as Record<string, unknown>,
    );
  }

  function failureOf(running: RunningRequest, error: unknown): ErrorMessage {
    const { type, key } = running;
    if (error instanceof RequestError) return errorMessage(error, key.requestId, type);
    const errorId = parts.createId('x');
    parts.logger.error({ error, errorId, type }, 'A request failed.');
    return errorMessage(
      new RequestError('internal', `Something went wrong here (${errorId}).`, {
        details: { error_id: errorId },
      }),
      key.requestId,
      type,
    );
  }

  function keyOf(clientId: string, requestId: string): RequestKey {
    return { sessionId: session.id, clientId, requestId };
  }
}

function interruptedMessage({ key, type }: RunningRequest): ErrorMessage {
  const error = new RequestError(
    'interrupted',
    'The server stopped while this ran. It was not run again; ask anew if you want that.',
  );
  return errorMessage(error, key.requestId, type);
}

function textOf(key: RequestKey): string {
  return `${key.clientId}\n${key.requestId}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function pathKeys(
  clientId: string,
  name: OperationName,
  fields: Record<string, unknown>,
): string[] {
  const named = (contract[name].paths as readonly string[]).map((field) => fields[field]);
  return named.filter((path) => typeof path === 'string').map((path) => `${clientId}\n${path}`);
}
