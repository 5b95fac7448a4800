import {
  createApprovals,
  grantScope,
  type Approvals,
  type ApprovalDetails,
  type ApprovalRecord,
  type ApprovalsOptions,
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
  paths: { path: 'src' },
  baseHash: 'directory',
  limits: null,
  policyVersion: 'sha256:policies',
};

export const details: ApprovalDetails = {
  action: 'ide_file_delete',
  resource: 'src',
  preview: 'path: src',
  requester: { tokenId: 'token-1', sid: null, issuedAt: 1_000 },
  scope: grantScope(deletion, deletion.paths),
};

export const review: ReviewDecision = {
  effect: 'review',
  policies: ['directory-delete'],
  code: 'DIRECTORY_DELETE',
  reasons: ['Deleting a directory removes all that is in it'],
  approvers: ['developer', 'admin'],
  fourEyes: false,
  grantable: false,
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
    scope?: 'once' | 'session',
  ): Promise<ApprovalRecord>;
  stateOf(record: ApprovalRecord): Promise<string | undefined>;
}

export const startedAt = Date.UTC(2026, 0, 1);

/** Approvals over a store in memory, and a clock that stands still. */
export function createBench(options: Partial<ApprovalsOptions> = {}): Bench {
  const store = memoryApprovalStore();
  let now = startedAt;
  const approvals = createApprovals({ store, clock: () => now, ...options });
  return {
    approvals,
    store,
    pass(ms) {
      now += ms;
    },
    open(decision = {}, request = {}) {
      return approvals.open({ ...deletion, ...request }, { ...review, ...decision }, details);
    },
    decide(record, decision = 'approve', by = ada, scope = 'once') {
      return approvals.resolve(by, {
        approvalId: record.approval_id,
        requestHash: record.request_hash,
        decision,
        scope,
      });
    },
    async stateOf(record) {
      return (await store.get(record.approval_id))?.state;
    },
  };
}
