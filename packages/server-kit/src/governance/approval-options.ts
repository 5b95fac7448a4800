import type { ApprovalState } from '@ide-assistant/sdk/protocol';
import type { RevocableIdentity } from '../auth/index.ts';
import type { AuditLog } from '../verification/index.ts';
import type {
  ApprovalRecord,
  ApprovalStore,
  AskedRequest,
  ListedApproval,
  Requester,
  StaleReason,
  StoredRequest,
} from './approval-store.ts';
import type { ReviewDecision } from './decision.ts';
import type { GrantScope } from './grant-scope.ts';
import type { Grants } from './grants.ts';
import type { PolicyPrincipal } from './policy-request.ts';

/** How to make `Approvals`. */
export interface ApprovalsOptions {
  store: ApprovalStore;
  /** Where each decision and each end becomes an entry. @default none is kept */
  audit?: Pick<AuditLog, 'append'>;
  /** Epoch milliseconds. @default Date.now */
  clock?: () => number;
  /** Makes ids that nobody can guess, at most 64 characters. @default random UUIDs */
  createId?: () => string;
  /** How many requests of a user may wait for a person, in all sessions. @default Infinity */
  maxPerUser?: number;
  /** How many requests of a session may wait for a person. @default Infinity */
  maxPerSession?: number;
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

/** Requests that wait for a person, from the question to the end of the run. */
export interface Approvals {
  /**
   * Stores a request that the policies want reviewed. It waits for `decision.ttlMs`.
   * @throws RequestError `rate_limited` when as many wait as may.
   */
  open(
    request: StoredRequest,
    decision: ReviewDecision,
    details: ApprovalDetails,
  ): Promise<ApprovalRecord>;
  /**
   * Approves or denies a waiting request.
   * @throws RequestError `not_found`; `forbidden` for the assistant, a role that may not approve it,
   * the requester under four eyes, or the scope `session` where the policies do not allow that;
   * `invalid_message` for a denial with that scope; `conflict` (details: `state`) when the hash is of
   * another request or somebody was faster; `approval_expired`; `audit_unavailable`.
   */
  resolve(by: PolicyPrincipal, resolution: ApprovalResolution): Promise<ApprovalRecord>;
  /**
   * Records a decision of this person that the server could not record before it ended.
   * @throws RequestError `audit_unavailable`; `conflict` or `approval_expired` when it holds no more.
   */
  record(decided: ApprovalRecord, by: PolicyPrincipal): Promise<ApprovalRecord>;
  /**
   * Takes an approved request in order to run it. Of any number of callers one gets it, once.
   * @returns null when there is nothing to run: not approved, already taken, or approved too long ago.
   * @throws RequestError `conflict` (details: `stale`) when what is stored is not what was approved.
   */
  claim(id: string): Promise<StoredRequest | null>;
  /**
   * Records how the run of a claimed request ended; `stale` when it could not begin, since something
   * had changed.
   * @throws RequestError `not_found`; `conflict` (details: `state`) when it is not running.
   */
  finish(id: string, end: ApprovalEnd): Promise<void>;
  /**
   * Withdraws a request that waits or has not begun to run.
   * @returns false when it is too late, or there is none.
   */
  cancel(id: string): Promise<boolean>;
  /** Withdraws what was asked for by those who fit, as {@link Approvals.cancel} does, in all sessions. */
  cancelWhere(fits: (requester: RevocableIdentity) => boolean): Promise<ApprovalRecord[]>;
  /**
   * Ends what nobody decided on in time, and what was approved but not begun in time; to be called
   * every few seconds. Each is returned by one call only, so that its requester is told once.
   */
  expire(): Promise<ApprovalRecord[]>;
  /**
   * Closes as `failed` what was running when the server stopped. It is never run again: how far it
   * came is unknown. To be called at start, before the first {@link Approvals.claim}; where several
   * servers share the store, with the session that this one takes over.
   */
  recover(filter?: { sessionId?: string }): Promise<ApprovalRecord[]>;
  /** Null when there is none. */
  get(id: string): Promise<ApprovalRecord | null>;
  /** The latest approval of a request; null when nobody was asked about it. */
  find(asked: AskedRequest): Promise<ApprovalRecord | null>;
  /**
   * Approvals of a session, oldest first, in one state or in all. The previews are those of the oldest,
   * as many as fit; the others are replaced by a sentence that says so.
   */
  list(sessionId: string, state?: ApprovalState): Promise<ListedApproval[]>;
  /** Sessions that have an approval in a state. */
  sessionsWith(state: ApprovalState): Promise<string[]>;
  /** Forgets approvals and grants that ended more than `ageMs` ago; to be called now and then. */
  prune(ageMs: number): Promise<void>;
  /** What was approved for a session. */
  readonly grants: Grants;
}
