import { RequestError } from '../errors.ts';
import type {
  ExecutionOutcome,
  ExecutionRequest,
  Sandbox,
  Terminal,
  TerminalOptions,
} from './sandbox.ts';

/** What a driver brings to {@link sandboxOf}. */
export interface SandboxParts {
  /** Runs to the end; `signal` kills. */
  start: (request: ExecutionRequest, signal: AbortSignal) => Promise<ExecutionOutcome>;
  openTerminal: (options: TerminalOptions) => Promise<Terminal>;
  /** Stops what lies between runs: terminals, and whatever the driver keeps ready. */
  pause?: () => Promise<void>;
  resume?: () => Promise<void>;
  /** Called last, when nothing runs any more. */
  dispose?: () => Promise<void>;
}

/**
 * A sandbox over a driver's parts: what is asked of a paused one resumes it, and closing it stops
 * what runs and starts no more.
 */
export function sandboxOf(parts: SandboxParts): Sandbox {
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const terminals = new Set<Terminal>();
  let paused = false;
  // Pausing and resuming take turns, so that one that is half done is never overtaken.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
  const requireOpen = (): void => {
    if (!closing.signal.aborted) return;
    throw new RequestError('sandbox_unavailable', 'The sandbox of this session is closed.');
  };
  const resume = (): Promise<void> =>
    inTurn(async () => {
      if (!paused) return;
      await parts.resume?.();
      paused = false;
    });

  /** Counts the work from the moment it is asked for, so that no pause comes in between. */
  const track = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const result = (async () => {
      requireOpen();
      if (paused) await resume();
      return work();
    })();
    running.add(result);
    return result.finally(() => running.delete(result));
  };

  return {
    get state() {
      if (closing.signal.aborted) return 'disposed';
      return paused ? 'paused' : 'active';
    },
    run(request) {
      const { signal } = request;
      const both = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      return track(() => parts.start(request, both));
    },
    openTerminal: (options) =>
      track(async () => {
        const terminal = await parts.openTerminal(options);
        terminals.add(terminal);
        void terminal.ended.then(() => terminals.delete(terminal));
        if (closing.signal.aborted) await terminal.close();
        requireOpen();
        return {
          ended: terminal.ended,
          resize: (cols, rows) => terminal.resize(cols, rows),
          close: () => terminal.close(),
          write(data) {
            if (paused) void resume().then(() => terminal.write(data));
            else terminal.write(data);
          },
        };
      }),
    pause: () =>
      inTurn(async () => {
        if (paused || closing.signal.aborted || running.size > 0) return;
        paused = true;
        await parts.pause?.();
      }),
    resume,
    async [Symbol.asyncDispose]() {
      closing.abort();
      // A stopped process does not die before it goes on.
      await resume();
      await Promise.all([...terminals].map((terminal) => terminal.close()));
      await Promise.allSettled(running);
      await parts.dispose?.();
    },
  };
}
