import type { Client } from '../client.ts';
import { isAssistantError } from '../errors.ts';
import type { Diff, EventMessage, OutputOf } from '../protocol/index.ts';
import type { DiffEntry } from './state.ts';
import { replaceWhere, type Store } from './store.ts';

/** The proposals. */
export interface Diffs {
  apply(diffId: string, hunks?: string[]): Promise<OutputOf<'diff_apply'>>;
  reject(diffId: string, reason?: string): Promise<OutputOf<'diff_reject'>>;
  restore(open: readonly Diff[]): void;
  readonly listeners: {
    diff(event: EventMessage<'diff'>): void;
    diff_resolved(event: EventMessage<'diff_resolved'>): void;
  };
}

/** Applies and rejects proposals. */
export function createDiffs(client: Client, store: Store): Diffs {
  const deciding = new Set<string>();

  const resolve = (diffId: string, state: DiffEntry['state']) =>
    store.set({
      diffs: replaceWhere(
        store.state.diffs,
        (entry) => entry.diff_id === diffId,
        (entry) => ({ ...entry, state }),
      ),
    });

  async function decide<Output>(diffId: string, request: Promise<Output>): Promise<Output> {
    deciding.add(diffId);
    try {
      return await request;
    } catch (error) {
      if (isAssistantError(error) && error.code === 'conflict') resolve(diffId, 'stale');
      throw error;
    } finally {
      deciding.delete(diffId);
    }
  }

  return {
    async apply(diffId, hunks) {
      const input = { diff_id: diffId, ...(hunks ? { hunks } : {}) };
      const reply = await decide(diffId, client.request('diff_apply', input));
      const entry = store.state.diffs.find((it) => it.diff_id === diffId);
      // Otherwise the event has said so already, and knows of earlier decisions as well.
      if (entry?.state === 'proposed') {
        const all = entry.hunks.every(({ id }) => reply.hunks.includes(id));
        resolve(diffId, all ? 'applied' : 'partially_applied');
      }
      return reply;
    },
    async reject(diffId, reason) {
      const input = { diff_id: diffId, ...(reason === undefined ? {} : { reason }) };
      const reply = await decide(diffId, client.request('diff_reject', input));
      resolve(diffId, 'rejected');
      return reply;
    },
    restore(open) {
      const ids = new Set(open.map(({ diff_id }) => diff_id));
      // A proposal that is open no more was decided by another, we cannot know how.
      const kept = store.state.diffs.filter(
        ({ diff_id, state }) =>
          !ids.has(diff_id) && (state !== 'proposed' || deciding.has(diff_id)),
      );
      store.set({
        diffs: [...kept, ...open.map((diff) => ({ ...diff, state: 'proposed' as const }))],
      });
    },
    listeners: {
      diff({ type, seq, session_id, timestamp, request_id, ...diff }) {
        const others = store.state.diffs.filter(({ diff_id }) => diff_id !== diff.diff_id);
        store.set({ diffs: [...others, { ...diff, state: 'proposed' }] });
      },
      diff_resolved: ({ diff_id, outcome }) => resolve(diff_id, outcome),
    },
  };
}
