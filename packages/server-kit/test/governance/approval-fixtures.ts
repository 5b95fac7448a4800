import {
  createApprovals,
  type Approvals,
  type ApprovalRecord,
  type ApprovalStore,
  type PolicyPrincipal,
  type ReviewDecision,
  type StoredRequest,
} from '../../src/governance/index.ts';
import { memoryApprovalStore } from './memory-approval-store.ts';

export const ada: PolicyPrincipal = { kind: 'user', userId: 'ada', roles: ['developer'] };
export const grace: PolicyPrincipal = { kind: 'user', userId: 'grace', roles: ['admin'] };
export const viewer: PolicyPrincipal = { kind: 'user', userId: 'vic', roles: ['viewer'] };

export const deletion: StoredRequest = {
  type: 'file_delete',
  input: { path: 'src', recursive: true },
  sessionId: 's_1',
  clientId: 'client-1',
  requestId: 'r-1',
  principal: ada,
  baseHash: null,
};

export const review: ReviewDecision = {
  effect: 'review',
  policies: ['directory-delete'],
  code: 'DIRECTORY_DELETE',
  reasons: ['Deleting a directory removes all that is in it'],
  approvers: ['developer', 'admin'],
  fourEyes: false,
  ttlMs: 300_000,
};

export interface Bench {
  approvals: Approvals;
  store: ApprovalStore;
  /** Moves the clock on. */
  pass(ms: number): void;
  open(
    decision?: Partial<ReviewDecision>,
    request?: Partial<StoredRequest>,
  ): Promise<ApprovalRecord>;
  decide(
    record: ApprovalRecord,
    decision?: 'approve' | 'deny',
    by?: PolicyPrincipal,
  ): Promise<ApprovalRecord>;
  stateOf(record: ApprovalRecord): Promise<string | undefined>;
}

export const startedAt = Date.UTC(2026, 0, 1);

/** Approvals over a store in memory, and a clock that stands still. */
export function createBench(): Bench {
  const store = memoryApprovalStore();
  let now = startedAt;
  const approvals = createApprovals({ store, clock: () => now });
  return {
    approvals,
    store,
    pass(ms) {
      now += ms;
    },
    open(decision = {}, request = {}) {
      return approvals.open(
        { ...deletion, ...request },
        { ...review, ...decision },
        { action: 'ide_file_delete', resource: 'src', preview: 'path: src' },
      );
    },
    decide(record, decision = 'approve', by = ada) {
      return approvals.resolve(by, {
        approvalId: record.approval_id,
        requestHash: record.request_hash,
        decision,
      });
    },
    async stateOf(record) {
      return (await store.get(record.approval_id))?.state;
    },
  };
}
