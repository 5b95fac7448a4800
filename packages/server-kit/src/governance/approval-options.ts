import type { AuditLog } from '../verification/index.ts';
import type { ApprovalStore, Requester, StaleReason } from './approval-store.ts';
import type { GrantScope } from './grant-scope.ts';

/** How to make `Approvals`. */
export interface ApprovalsOptions {
  store: ApprovalStore;
  /** Where each decision and each end becomes an entry. @default none is kept */
  audit?: Pick<AuditLog, 'append'>;
  /** Epoch milliseconds. @default Date.now */
  clock?: () => number;
  /** Makes ids that nobody can guess, at most 64 characters. @default random UUIDs */
  createId?: () => string;
  /** How long an approval holds before its run must begin, milliseconds. @default 60_000 */
  executionTtlMs?: number;
  /** How long an approval for the session holds, milliseconds; at most 8 hours. @default 28_800_000 */
  grantTtlMs?: number;
}

/** What an approver is shown beside the reasons. Invisible characters in it are made visible. */
export interface ApprovalDetails {
  /** Policy action, as `ide_file_delete`. */
  action: string;
  /** What it acts on: a path, or a name for the workspace. */
  resource: string;
  preview: string;
  /** By which token the requester is known. */
  requester: Requester;
  /** What an approval for the session would let pass. */
  scope: GrantScope;
}

/** A person's decision. */
export interface ApprovalResolution {
  approvalId: string;
  /** Hash of the request that the person has seen. */
  requestHash: string;
  decision: 'approve' | 'deny';
  /** Whether requests like it are to pass unasked for a while. @default 'once' */
  scope?: 'once' | 'session';
  comment?: string | undefined;
  /** When given, an approval of another session is not found. */
  sessionId?: string | undefined;
}

/** How the run of an approved request ended. */
export type ApprovalEnd =
  | { state: 'executed' | 'failed' }
  | { state: 'stale'; staleReason: StaleReason };
