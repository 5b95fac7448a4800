import { setTimeout as delay } from 'node:timers/promises';
import type { Asking, Contestant } from './contestant.ts';
import { seededRandom, startCuttingProxy } from './cutting-proxy.ts';
import { createLedger, type Ledger, type Tally } from './ledger.ts';

/** What one contestant made of one seed. */
export interface Outcome extends Tally {
  seed: number;
  cuts: number;
  seconds: number;
  /** Why requests had no answer, each reason once. */
  reasons: string[];
}

/** Requests that wait for their answer at a time. */
export const inFlight = 50;
const pushMs = 5;
/** After this, what has no answer is lost. */
const deadlineMs = 90_000;
/** How long pushes may take to arrive once nothing is cut any more. */
const settleMs = 5_000;

/** Sends `requests` through cuts, while the server pushes; then lets things settle and counts. */
export async function runLoad(
  contestant: Contestant,
  seed: number,
  requests: number,
): Promise<Outcome> {
  const ledger = createLedger();
  const server = await contestant.serve(ledger);
  const { meanBytes } = contestant;
  const random = seededRandom(seed);
  const proxy = await startCuttingProxy({ targetPort: server.port, meanBytes, random });
  const client = await contestant.connect(proxy.port, ledger);
  const over = new AbortController();
  let latest = 0;
  const push = () => server.push((latest = ledger.nextPush()));
  const pushing = setInterval(push, pushMs);
  try {
    const startedAt = performance.now();
    const reasons = new Set<string>();
    await within(deadlineMs, askAll(client, ledger, requests, reasons, over.signal));
    const seconds = (performance.now() - startedAt) / 1_000;
    const { cuts } = proxy;
    proxy.spare();
    // A push that is sent from here on arrives over a connection that lasts.
    await within(settleMs, ledger.caughtUp(latest + 1));
    clearInterval(pushing);
    await within(settleMs, ledger.caughtUp(latest));
    return { seed, cuts, seconds, reasons: [...reasons], ...ledger.tally(requests) };
  } finally {
    clearInterval(pushing);
    over.abort();
    client.close();
    proxy.close();
    await server.close();
  }
}

async function askAll(
  client: Asking,
  ledger: Ledger,
  requests: number,
  reasons: Set<string>,
  over: AbortSignal,
): Promise<void> {
  let next = 0;
  const askInTurn = async () => {
    while (next < requests && !over.aborted) {
      const index = next;
      next += 1;
      try {
        await client.ask(index);
        ledger.answered(index);
      } catch (error) {
        reasons.add(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, askInTurn));
}

/** Waits for work, but no longer than `ms`. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  // The wait is given up when the work is done, so that no timer keeps the process.
  const limit = delay(ms, undefined, { signal }).catch(() => undefined);
  await Promise.race([work, limit]);
  controller.abort();
}
