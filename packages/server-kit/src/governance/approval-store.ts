import type { Approval, ApprovalState, OperationName } from '@ide-assistant/sdk/protocol';
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
  /** Hash of the file that the request changes, as it was when it was asked; null for none. */
  baseHash: string | null;
}

/** An approval as it is stored. What clients see of it are the fields of `Approval` alone. */
export interface ApprovalRecord extends Approval {
  sessionId: string;
  /** The {@link StoredRequest} as JSON; `request_hash` is the hash of exactly these bytes. */
  request: string;
  /** ISO 8601 UTC. */
  createdAt: string;
  /** User who approved or denied it. */
  resolvedBy: string | null;
  /** When it was approved or denied, ISO 8601 UTC. */
  resolvedAt: string | null;
  comment: string | null;
  /** When its run began, ISO 8601 UTC. The state stays `approved` meanwhile: the wire has no other. */
  claimedAt: string | null;
  /** 1 for a new record, one more with each move. */
  version: number;
}

/** Keeps approvals. Records handed out are copies; changing one changes nothing stored. */
export interface ApprovalStore {
  /** @throws where the id is taken. */
  insert(record: ApprovalRecord): Promise<void>;
  get(id: string): Promise<ApprovalRecord | null>;
  list(filter: {
    sessionId?: string;
    states?: readonly ApprovalState[];
  }): Promise<ApprovalRecord[]>;
  /**
   * Applies a change if the stored version is still `fromVersion`, and makes that version one more.
   * Both in one atomic step: it is what lets an approval run once only.
   *
   * @returns Whether it was applied.
   */
  transition(id: string, fromVersion: number, change: Partial<ApprovalRecord>): Promise<boolean>;
}
