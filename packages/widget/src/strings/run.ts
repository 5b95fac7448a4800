// Texts that load with the first output.

/** Runs. */
export const runStrings = {
  empty: 'Nothing has run yet. Run the open file with Ctrl+Enter.',
  label: 'Program output',
  silent: 'No output',
  queued: 'Queued',
  running: (took: string) => `Running ${took}`,
  stopped: 'Stopped',
  blocked: 'Blocked',
  failed: 'Could not run',
  timedOut: (took: string) => `Timed out after ${took}`,
  killed: (signal: string, took: string) => `Ended by ${signal} after ${took}`,
  exited: (code: number, took: string) => `Exit ${code} · ${took}`,
  truncated: 'Output was cut',
};
