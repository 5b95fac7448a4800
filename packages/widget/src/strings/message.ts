import type { DiffEntry } from '@ide-assistant/sdk';

// Texts that load with the first message.

/** Messages. */
export const messageStrings = {
  queued: 'Queued',
  stopped: 'Stopped',
  failed: 'No answer came.',
  askAgain: 'Ask again',
  you: 'You said',
  copy: 'Copy',
  copied: 'Copied ✓',
  insert: 'Insert',
  run: 'Run',
  toolStates: {
    start: 'running',
    ok: '',
    blocked: 'blocked',
    denied: 'denied',
    error: 'failed',
  } as Readonly<Record<string, string>>,
};

/** Proposals. */
export const diffStrings = {
  apply: 'Apply',
  reject: 'Reject',
  review: 'Review',
  leave: 'Leave',
  added: (count: number) => `${count} lines added`,
  removed: (count: number) => `${count} lines removed`,
  hunks: (count: number) => (count === 1 ? '1 change' : `${count} changes`),
  card: (path: string) => `Proposed change of ${path}`,
  states: {
    proposed: 'Proposed',
    applied: 'Applied ✓',
    partially_applied: 'Partly applied',
    rejected: 'Rejected',
    stale: 'Outdated. Ask again',
  } satisfies Record<DiffEntry['state'], string>,
};
