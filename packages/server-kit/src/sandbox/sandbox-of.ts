import { RequestError } from '../errors.ts';
import type { ExecutionOutcome, ExecutionRequest, Sandbox } from './sandbox.ts';

/** A sandbox over a driver's way to start a run: closing it stops what runs and starts no more. */
export function sandboxOf(
  start: (request: ExecutionRequest, signal: AbortSignal) => Promise<ExecutionOutcome>,
): Sandbox {
  const closing = new AbortController();
  const running = new Set<Promise<ExecutionOutcome>>();
  return {
    async run(request) {
      if (closing.signal.aborted) {
        throw new RequestError('sandbox_unavailable', 'The sandbox of this session is closed.');
      }
      const { signal } = request;
      const outcome = start(
        request,
        signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
      );
      running.add(outcome);
      return outcome.finally(() => running.delete(outcome));
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}
