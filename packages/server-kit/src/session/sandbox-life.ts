import type { Sandbox } from '../sandbox/index.ts';

/** A session's sandbox, from its first use to the end of the session. */
export interface SandboxLife {
  /** The sandbox, opened or resumed where that is needed. */
  use(): Promise<Sandbox>;
  /** Resumes it where it was opened before. */
  wake(): Promise<void>;
  /**
   * To be called every second or so: pauses it once it has not been needed for long enough.
   *
   * @param isNeeded Whether somebody would notice now if it were paused.
   */
  rest(isNeeded: boolean): Promise<void>;
  /** Kills what runs in it. */
  close(): Promise<void>;
}

/** Keeps the sandbox of one session; `clock` is in milliseconds. */
export function createSandboxLife({
  open,
  pauseMs,
  clock,
  onChange,
}: {
  open: () => Promise<Sandbox>;
  /** For how long it must not have been needed before it is paused, milliseconds. */
  pauseMs: number;
  clock: () => number;
  /** Hears of each pause and of its end. */
  onChange: (state: 'paused' | 'resumed') => void;
}): SandboxLife {
  let opening: Promise<Sandbox> | null = null;
  let opened: Sandbox | null = null;
  let neededAt = clock();
  let wasPaused = false;

  /** It resumes by itself as well, so that what is told follows what it says of itself. */
  const tell = ({ state }: Sandbox) => {
    const isPaused = state === 'paused';
    if (isPaused === wasPaused || state === 'disposed') return;
    wasPaused = isPaused;
    onChange(isPaused ? 'paused' : 'resumed');
  };

  const openOnce = (): Promise<Sandbox> => {
    opening ??= open().then(
      (sandbox) => (opened = sandbox),
      (error: unknown) => {
        // A full disk may have been cleared when the next request tries.
        opening = null;
        throw error;
      },
    );
    return opening;
  };

  const life: SandboxLife = {
    async use() {
      neededAt = clock();
      const sandbox = await openOnce();
      if (sandbox.state === 'paused') await sandbox.resume();
      tell(sandbox);
      return sandbox;
    },
    async wake() {
      if (opening) await life.use();
    },
    async rest(isNeeded) {
      if (isNeeded) neededAt = clock();
      if (!opened) return;
      tell(opened);
      if (opened.state !== 'active' || clock() - neededAt < pauseMs) return;
      await opened.pause();
      tell(opened);
    },
    async close() {
      const sandbox = await opening?.catch(() => null);
      await sandbox?.[Symbol.asyncDispose]();
    },
  };
  return life;
}
