import { setTimeout } from 'node:timers/promises';
import { closeCodes } from '@ide-assistant/sdk/protocol';
import type { Parts } from '../parts.ts';
import type { SessionConnection } from './session.ts';

/** How often a stream that waits for a slow connection looks again, milliseconds. */
const pollMs = 10;

/** Resolves when no connection is slow any more; closes those that stay so for too long. */
export async function drained(
  connections: ReadonlySet<SessionConnection>,
  { limits, clock }: Pick<Parts, 'limits' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  const slowOnes = () =>
    [...connections].filter(({ bufferedBytes }) => bufferedBytes > limits.slowBytes);
  const since = clock();
  for (let slow = slowOnes(); slow.length > 0 && !signal.aborted; slow = slowOnes()) {
    if (clock() - since > limits.slowMs) {
      for (const one of slow) one.close(closeCodes.overloaded, 'The client does not read.');
    } else {
      await setTimeout(pollMs);
    }
  }
}
