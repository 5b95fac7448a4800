import type { Client } from '../client.ts';
import { AssistantError } from '../errors.ts';
import type { Approval, ApprovalState, EventMessage, OutputOf } from '../protocol/index.ts';
import { replaceWhere, type Store } from './store.ts';

/** What waits for a person. */
export interface Approvals {
  list(): Promise<void>;
  resolve(
    approvalId: string,
    decision: 'approve' | 'deny',
    options?: { scope?: 'once' | 'session'; comment?: string },
  ): Promise<OutputOf<'approval_resolve'>>;
  restore(approvals: readonly Approval[]): void;
  readonly listeners: {
    approval_required(event: EventMessage<'approval_required'>): void;
    approval_resolved(event: EventMessage<'approval_resolved'>): void;
  };
}

/** How many approvals that are decided stay in the list. */
const maxDecided = 20;

/** Lists and decides approvals. */
export function createApprovals(client: Client, store: Store): Approvals {
  const setState = (approvalId: string, state: ApprovalState) => {
    const changed = replaceWhere(
      store.state.approvals,
      (approval) => approval.approval_id === approvalId,
      (approval) => ({ ...approval, state }),
    );
    const decided = changed.filter((approval) => approval.state !== 'pending');
    const forgotten = new Set(decided.slice(0, -maxDecided));
    store.set({ approvals: changed.filter((approval) => !forgotten.has(approval)) });
  };
  return {
    async list() {
      const { approvals } = await client.request('approval_list', {});
      store.set({ approvals });
    },
    async resolve(approvalId, decision, options) {
      const approval = store.state.approvals.find((it) => it.approval_id === approvalId);
      if (!approval) throw new AssistantError('not_found', `No approval ${approvalId}`);
      const reply = await client.request('approval_resolve', {
        ...{ approval_id: approvalId, request_hash: approval.request_hash, decision },
        ...options,
      });
      setState(approvalId, reply.state);
      return reply;
    },
    restore: (approvals) => store.set({ approvals }),
    listeners: {
      approval_required({ type, seq, session_id, timestamp, request_id, ...fields }) {
        const others = store.state.approvals.filter((it) => it.approval_id !== fields.approval_id);
        store.set({ approvals: [...others, { ...fields, state: 'pending' }] });
      },
      approval_resolved: ({ approval_id, state }) => setState(approval_id, state),
    },
  };
}
