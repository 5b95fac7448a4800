import {
  contract,
  type ErrorMessage,
  type EventFields,
  type EventName,
  type InputOf,
  type OperationName,
} from '@ide-assistant/sdk/protocol';
import type { ToolResult } from '../assistant/assistant.ts';
import type { Identity } from '../auth/index.ts';
import { RequestError, tooMany } from '../errors.ts';
import type { ApprovalRecord, StoredRequest } from '../governance/index.ts';
import { handlers } from '../operations/index.ts';
import type { Parts } from '../parts.ts';
import { authenticate } from '../pipeline/authenticate.ts';
import { handleRequest, type Ending } from '../pipeline/handle-request.ts';
import type { Outcome, RequestKey } from '../storage/index.ts';
import { errorMessage } from './error-message.ts';
import { createPathOrder } from './path-order.ts';
import { createReviews, requesterOf } from './reviews.ts';
import {
  joinRequest,
  leaveRequest,
  recordStream,
  startRequest,
  stopped,
  type ReplyListener,
  type RunningRequest,
} from './running-request.ts';
import type { Session, SessionConnection } from './session.ts';
import { toolResultOf } from './tool-result.ts';

/** A frame that asks for an operation. */
export interface RequestFrame {
  name: OperationName;
  requestId: string;
  fields: Record<string, unknown>;
}

/** Who sends a request, and where its messages go. */
export interface RequestSender extends ReplyListener {
  readonly clientId: string;
}

/** What ends a request. */
export type Reply = Record<string, unknown> & { type: string };

/** The requests of a session: each is executed at most once and answered to whoever asks. */
export interface Requests {
  /** Runs a request, joins the one that runs already, or repeats the reply that is kept. */
  submit(connection: SessionConnection, frame: RequestFrame): void;
  /**
   * Performs a request of somebody without a connection and resolves with its reply.
   * @throws RequestError `unavailable` when the server stops.
   */
  ask(sender: Omit<RequestSender, 'send'>, frame: RequestFrame): Promise<Reply>;
  /** Ends the waiting of a request whose approval was denied or has expired. */
  refuseApproval(record: ApprovalRecord): Promise<void>;
  /** Requests that run now, with their text so far. */
  running(): EventFields<'session_snapshot'>['running'];
  forgetListener(connection: SessionConnection): void;
  /** Whether something runs that a user began; what waits for a person does not count. */
  worksFor(identity: Identity): boolean;
  /** Stops what was begun by somebody who may no longer act, also what waits for a person. */
  stopWhere(fits: (identity: Identity) => boolean): void;
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

/** What is served until the end: to stop things, and to show that somebody is there. */
const servedWhileDraining: ReadonlySet<OperationName> = new Set(['cancel', 'ping']);

/** What ends other requests, or whoever sends them, is served however many there are. */
const makesRoom: ReadonlySet<OperationName> = new Set([
  ...['cancel', 'ping', 'approval_resolve', 'member_remove'],
] as const);

/** Makes the requests of one session. */
export function createRequests(parts: Parts, session: Session): Requests {
  const active = new Map<string, RunningRequest>();
  const order = createPathOrder();
  let isDraining = false;

  const requests: Requests = {
    submit(connection, frame) {
      begin(connection, connection, frame);
    },

    ask({ clientId, identity }, frame) {
      return new Promise((resolve, reject) => {
        const send = (text: string) => {
          const reply = JSON.parse(text) as Reply;
          if (reply.type !== 'pending') resolve(reply);
        };
        const stops = () =>
          reject(new RequestError('unavailable', 'The server stops.', { retryable: true }));
        const running = begin({ clientId, identity, send }, null, frame);
        // Whoever has no connection hears of no restart: what is left unanswered is told to him.
        if (!running && isDraining) stops();
        void running?.ended.then((type) => type === 'unanswered' && stops());
      });
    },

    refuseApproval: (record) => reviews.refuse(record),

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
      for (const running of active.values()) leaveRequest(running, connection);
    },

    worksFor: ({ userId }) => atWork().some(({ identity }) => identity.userId === userId),

    stopWhere(fits) {
      for (const { identity, asker, abort } of active.values()) {
        if (fits(identity) || fits(asker.identity)) abort.abort();
      }
    },

    get count() {
      return active.size;
    },

    get working() {
      return atWork().length;
    },

    async drain() {
      isDraining = true;
      while (atWork().length > 0) await Promise.all(atWork().map(({ atRest }) => atRest));
    },

    async close() {
      for (const running of atWork()) running.abort.abort(stopped);
      await requests.drain();
    },
  };
  const reviews = createReviews({
    ...{ parts, session, known, adopt, end, finish, failureOf },
    handle: (running, request) =>
      handleRequest(
        hostOf(running, () => request.identity),
        request,
      ),
  });
  return requests;

  /** Runs a request or joins the one that runs already; null when it is refused. */
  function begin(
    sender: RequestSender,
    connection: SessionConnection | null,
    frame: RequestFrame,
  ): RunningRequest | null {
    const key = {
      sessionId: session.id,
      userId: sender.identity.userId,
      clientId: sender.clientId,
      requestId: frame.requestId,
    };
    const joined = active.get(textOf(key));
    try {
      // Before it is looked up: what is kept of a request is for a user who may still act.
      authenticate(parts, session, { name: frame.name, identity: sender.identity, kind: 'user' });
      if (joined && joined.type !== frame.name) throw idTaken();
    } catch (error) {
      sender.send(JSON.stringify(failureOf({ key, type: frame.name }, error)));
      return null;
    }
    if (joined) {
      joinRequest(joined, sender);
      if (joined.pending) sender.send(JSON.stringify(joined.pending));
      return joined;
    }
    if (isDraining && !servedWhileDraining.has(frame.name)) return null;
    if (!makesRoom.has(frame.name) && isFull()) {
      const error = tooMany(
        `More than ${parts.limits.requestsInFlight} requests of this session wait for an answer.`,
      );
      sender.send(JSON.stringify(errorMessage(error, frame.requestId, frame.name)));
      return null;
    }
    const running = startRequest(key, frame.name, sender);
    running.listeners.add(sender);
    active.set(textOf(key), running);
    void perform(running, frame, sender, connection);
    return running;
  }

  function isFull(): boolean {
    const { requestsInFlight } = parts.limits;
    return active.size >= requestsInFlight && atWork().length >= requestsInFlight;
  }

  function atWork(): RunningRequest[] {
    return [...active.values()].filter(({ pending }) => pending === null);
  }

  async function perform(
    running: RunningRequest,
    frame: RequestFrame,
    sender: RequestSender,
    connection: SessionConnection | null,
  ): Promise<void> {
    const { name, requestId, fields } = frame;
    const isRead = contract[name].class === 'read';
    const turn = handlers[name].turn?.(fields) ?? null;
    const place = order.enter([
      ...pathKeys(running.key, name, fields),
      ...(turn === null ? [] : [`turn\n${turn}`]),
    ]);
    try {
      // Until the store has said that nothing is known of it.
      running.hadBegun = !isRead;
      const known = isRead ? null : await parts.storage.outcomes.find(running.key);
      running.hadBegun = known !== null;
      if (known && (await repeatKnown(running, known))) return;
      // A repeat costs nothing, or a client that reconnects could be refused what it is owed.
      if (known === null) charge(sender, name);
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
        const host = hostOf(running, () => running.asker.identity);
        return handleRequest(host, {
          name,
          fields: { ...fields, request_id: requestId },
          requestId,
          clientId: running.key.clientId,
          identity: sender.identity,
          kind: 'user',
          signal: running.abort.signal,
          connection,
          approval: null,
          hadBegun: running.hadBegun,
        });
      });
    } catch (error) {
      // It was one too many, or the store of outcomes failed; the request itself has its own net.
      await finish(running, failureOf(running, error), false);
    } finally {
      place.leave();
    }
  }

  function charge({ identity }: RequestSender, name: OperationName): void {
    parts.usage.takeMessage(identity.userId);
    parts.usage.takeOperation(identity.userId, name);
  }

  /** Runs a request to its end, or to where a person must decide. */
  async function end(running: RunningRequest, work: () => Promise<Ending>): Promise<string> {
    let message: Reply;
    let keep = true;
    try {
      const ending = await work();
      if (ending.kind === 'review') {
        reviews.suspend(running, ending.approval, ending.auditId);
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
        else if (!running.hadBegun) await parts.storage.outcomes.forget(key);
      } catch (error) {
        parts.logger.error({ error, type }, 'The outcome of a request could not be kept.');
      }
    }
    answer(running, message.type, text);
  }

  function answer(running: RunningRequest, type: string, text: string): void {
    active.delete(textOf(running.key));
    for (const listener of running.listeners) listener.send(text);
    running.settle(type);
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
    if (known.type !== type) {
      // Nothing is forgotten of the request that has the id.
      answer(running, 'error', JSON.stringify(failureOf(running, idTaken())));
      return true;
    }
    if (known.reply !== null) {
      answer(running, (JSON.parse(known.reply) as { type: string }).type, known.reply);
      return true;
    }
    const asked = await parts.approvals.find(key);
    // Its approval may have been taken up, and it answered by that, since the look at its outcome.
    if (active.get(textOf(key)) !== running) return true;
    if (asked && (await reviews.takeUp(running, asked))) return true;
    if (contract[type].class !== 'run') return false;
    await finish(running, interruptedMessage(running), true);
    return true;
  }

  /** The running record of a stored request; a new one when the server was restarted since. */
  function adopt(record: ApprovalRecord, stored: StoredRequest): RunningRequest {
    const waiting = known(stored);
    if (waiting) return waiting;
    const key = keyOfStored(stored);
    const running = startRequest(key, stored.type, { identity: requesterOf(record, stored) });
    active.set(textOf(key), running);
    return running;
  }

  function known(stored: StoredRequest): RunningRequest | undefined {
    return active.get(textOf(keyOfStored(stored)));
  }

  /** @param identityNow Whose tools they are: asked anew for each, as a turn may outlive a token. */
  function hostOf(running: RunningRequest, identityNow: () => Identity) {
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
          invoke(running, identityNow(), name, input),
        cancelRequest: async (requestId: string) => {
          const other = active.get(textOf({ ...running.key, requestId }));
          if (!other || other === running) return false;
          other.abort.abort();
          await other.atRest;
          await reviews.withdraw(other);
          return (await other.ended) === 'cancelled';
        },
        runApproved: reviews.run,
        refuseApproval: reviews.refuse,
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
    const replies: string[] = [];
    const listener = { identity, send: (text: string) => void replies.push(text) };
    const running = startRequest({ ...parent.key, requestId }, name, listener);
    running.listeners.add(listener);
    active.set(textOf(running.key), running);
    // For whatever reason: nobody repeats it, so that nothing of it is left for the next server.
    const stop = () => running.abort.abort();
    parent.abort.signal.addEventListener('abort', stop, { once: true });
    if (parent.abort.signal.aborted) stop();
    try {
      if (contract[name].class !== 'read') {
        await parts.storage.outcomes.begin(running.key, name);
      }
      void end(running, () => {
        running.abort.signal.throwIfAborted();
        const host = hostOf(running, () => identity);
        return handleRequest(host, {
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
        });
      });
      await running.ended;
    } finally {
      parent.abort.signal.removeEventListener('abort', stop);
    }
    return toolResultOf<N>(
      JSON.parse(replies.at(-1) ?? '{"type":"cancelled"}') as Record<string, unknown>,
    );
  }

  function failureOf(
    { type, key }: Pick<RunningRequest, 'type' | 'key'>,
    error: unknown,
  ): ErrorMessage {
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
}

function keyOfStored({ sessionId, principal, clientId, requestId }: StoredRequest): RequestKey {
  return { sessionId, userId: principal.userId, clientId, requestId };
}

function idTaken(): RequestError {
  return new RequestError('invalid_message', 'The request_id is that of another request.', {
    details: { issues: [{ path: 'request_id', message: 'expected one that is not taken' }] },
  });
}

function interruptedMessage({ key, type }: RunningRequest): ErrorMessage {
  const error = new RequestError(
    'interrupted',
    'The server stopped while this ran. It was not run again; ask anew if you want that.',
  );
  return errorMessage(error, key.requestId, type);
}

/** As a list, since a user's name may hold whatever would stand between. */
function textOf({ userId, clientId, requestId }: RequestKey): string {
  return JSON.stringify([userId, clientId, requestId]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function pathKeys(
  { userId, clientId }: RequestKey,
  name: OperationName,
  fields: Record<string, unknown>,
): string[] {
  const named = (contract[name].paths as readonly string[]).map((field) => fields[field]);
  return named
    .filter((path) => typeof path === 'string')
    .map((path) => JSON.stringify([userId, clientId, path]));
}
