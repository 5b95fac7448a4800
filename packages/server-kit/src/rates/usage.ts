import type { OperationName } from '@ide-assistant/sdk/protocol';
import { RequestError, tooMany } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { createCounts } from './counts.ts';
import { createTokenBuckets, type TokenBuckets } from './token-bucket.ts';

/** What users and addresses take of the server, held to the limits. */
export interface Usage {
  /** Counts anything that a user sends, also repeats and nonsense; false when it is a flood. */
  takeFrame(userId: string): boolean;
  /**
   * Counts a request of a user.
   * @throws RequestError `rate_limited` (retryable, with `retryAfterMs`; neither where the limit is 0).
   */
  takeMessage(userId: string): void;
  /**
   * Counts a request for an operation that has an allowance of its own, as chat.
   * @throws RequestError `rate_limited` (retryable, with `retryAfterMs`; neither where the limit is 0).
   */
  takeOperation(userId: string, name: OperationName): void;
  /**
   * Counts a program that runs for a user.
   *
   * @param options.isOwed Whether it runs in any case, as what a person has approved.
   * @returns To be called at its end.
   * @throws RequestError `rate_limited` (retryable, with `retryAfterMs`).
   */
  beginExecution(userId: string, options: { isOwed: boolean }): () => void;
  /** Counts a connection of an address; null when it has too many. */
  openFrom(address: string): (() => void) | null;
  /** Counts a connection of a user; null when he has too many. */
  openFor(userId: string): (() => void) | null;
}

/** How many times as many frames as requests a user may send: each may come again after a reconnect. */
const framesPerMessage = 10;

const secondMs = 1_000;
const minuteMs = 60_000;

/** Makes the books of one server; they are in memory, and begin empty. */
export function createUsage(limits: Limits, clock: () => number): Usage {
  // Who may ask for nothing must still hear so, and answer pings.
  const frames = createTokenBuckets({
    count: Math.max(1, limits.messagesPerSecond) * framesPerMessage,
    periodMs: secondMs,
    burst: Math.max(1, limits.messageBurst) * framesPerMessage,
    clock,
  });
  const messages = createTokenBuckets({
    count: limits.messagesPerSecond,
    periodMs: secondMs,
    burst: limits.messageBurst,
    clock,
  });
  const operations = new Map<string, TokenBuckets>(
    Object.entries(limits.operationsPerMinute).map(([name, count]) => [
      name,
      createTokenBuckets({ count, periodMs: minuteMs, burst: Math.max(1, count), clock }),
    ]),
  );
  const executions = createCounts({
    perKey: limits.executionsPerUser,
    inAll: limits.executions,
  });
  const addresses = createCounts({ perKey: limits.connectionsPerAddress, inAll: Infinity });
  const users = createCounts({ perKey: limits.connectionsPerUser, inAll: Infinity });

  return {
    takeFrame: (userId) => frames.take(userId) === 0,

    takeMessage(userId) {
      const waitMs = messages.take(userId);
      if (waitMs === 0) return;
      throw overdrawn(
        `More than ${limits.messagesPerSecond} requests a second are too many.`,
        waitMs,
      );
    },

    takeOperation(userId, name) {
      const waitMs = operations.get(name)?.take(userId) ?? 0;
      if (waitMs === 0) return;
      const count = limits.operationsPerMinute[name];
      throw overdrawn(`${name} may be asked for ${count} times a minute.`, waitMs);
    },

    beginExecution(userId, { isOwed }) {
      if (!isOwed && !executions.fits(userId)) {
        throw tooMany('Too many programs run already. Wait until one has ended.');
      }
      return executions.enter(userId);
    },

    openFrom: (address) => (addresses.fits(address) ? addresses.enter(address) : null),
    openFor: (userId) => (users.fits(userId) ? users.enter(userId) : null),
  };
}

/** An allowance of 0 is never there: a client that is told of no wait does not come again. */
function overdrawn(message: string, waitMs: number): RequestError {
  return waitMs === Infinity ? new RequestError('rate_limited', message) : tooMany(message, waitMs);
}
