import type { Approval, ApprovalState, OperationName } from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import type { GrantStore } from './grant-store.ts';
import type { PolicyPrincipal } from './policy-request.ts';

/** A request as it was sent: what runs once it is approved. */
export interface StoredRequest {
  type: OperationName;
  /** Parsed fields of the request. */
  input: Record<string, unknown>;
  sessionId: string;
  clientId: string;
  requestId: string;
  principal: PolicyPrincipal;
  /** Confined paths by the field that names them, also those that it names indirectly. */
  paths: Readonly<Record<string, string>>;
  /** Hash of the file that the request changes, as it was when it was asked; null for none. */
  baseHash: string | null;
  /** What its run is held to; null for what runs nothing. */
  limits: Readonly<Record<string, unknown>> | null;
  /** Hash of the policies that asked for a person. */
  policyVersion: string;
}

/** Why an approved request was not run: what had changed since it was asked. */
export type StaleReason =
  | 'session_ended'
  | 'request_changed'
  | 'path_changed'
  | 'base_changed'
  | 'limits_changed'
  | 'policies_changed'
  | 'findings_changed';

/** What of a requester's identity can be revoked. */
export type Requester = Pick<Identity, 'tokenId' | 'sid' | 'issuedAt'>;

/** An approval as it is stored. What clients see of it are the fields of `Approval` alone. */
export interface ApprovalRecord extends Approval {
  sessionId: string;
  clientId: string;
  requestId: string;
  /** The {@link StoredRequest} as JSON; `request_hash` is the hash of exactly these bytes. */
  request: string;
  /** By which token the requester was known, so that its revocation ends the request as well. */
  requester: Requester;
  /** Ids of the reviews that asked for a person. */
  policies: string[];
  /** Key of the scope that a grant would have. */
  scopeKey: string;
  /** ISO 8601 UTC. */
  createdAt: string;
  /** User who approved or denied it. */
  resolvedBy: string | null;
  /** When it was approved or denied, ISO 8601 UTC. */
  resolvedAt: string | null;
  /** For how long it was approved; null before, and for what was denied. */
  scope: 'once' | 'session' | null;
  comment: string | null;
  /** Whether the log does not hold the decision yet; until it does, nothing runs. */
  unrecorded: boolean;
  /** When its run began, ISO 8601 UTC. The state stays `approved` meanwhile: the wire has no other. */
  claimedAt: string | null;
  /** Null unless the state is `stale`. */
  staleReason: StaleReason | null;
  /** 1 for a new record, one more with each move. */
  version: number;
}

/** What is small of an approval. */
export type ApprovalSummary = Omit<ApprovalRecord, 'request' | 'preview'>;

/** An approval as it is listed: the stored bytes are for its run alone. */
export type ListedApproval = Omit<ApprovalRecord, 'request'>;

/** Names the request that somebody was asked about. */
export interface AskedRequest {
  sessionId: string;
  userId: string;
  clientId: string;
  requestId: string;
}

/** Keeps approvals. Records handed out are copies; changing one changes nothing stored. */
export interface ApprovalStore {
  /** @throws where the id is taken. */
  insert(record: ApprovalRecord): Promise<void>;
  get(id: string): Promise<ApprovalRecord | null>;
  /** Oldest first. */
  list(filter: {
    sessionId?: string;
    states?: readonly ApprovalState[];
  }): Promise<ApprovalSummary[]>;
  /** Empty when there is none. */
  previewOf(id: string): Promise<string>;
  /** The latest approval of a request; null when nobody was asked about it. */
  find(asked: AskedRequest): Promise<ApprovalRecord | null>;
  /**
   * Some ids, a hundred at most, of what waits and expires at `expiresBy` or before, and of what was
   * approved at `approvedBy` or before and has not begun. Both are epoch milliseconds.
   */
  due(times: { expiresBy: number; approvedBy: number }): Promise<string[]>;
  /** Sessions that have an approval in a state. */
  sessionsWith(state: ApprovalState): Promise<string[]>;
  /** How many wait for a person, of a session or of a user. */
  countPending(of: { sessionId: string } | { userId: string }): Promise<number>;
  /**
   * Applies a change if the stored version is still `fromVersion`, and makes that version one more.
   * Both in one atomic step: it is what lets an approval run once only.
   *
   * @returns Whether it was applied.
   */
  transition(id: string, fromVersion: number, change: Partial<ApprovalSummary>): Promise<boolean>;
  /** Forgets what ended more than `ageMs` ago, some of it at a time. */
  prune(ageMs: number): Promise<void>;
  /** What came of approvals for a session. */
  readonly grants: GrantStore;
}
