import type { MemberRole } from '@ide-assistant/sdk/protocol';
import type { Generated } from 'kysely';

/** Tables of the embedded store, one interface each. Times are epoch milliseconds. */
export interface Schema {
  sessions: SessionRow;
  outcomes: OutcomeRow;
  approvals: ApprovalRow;
  grants: GrantRow;
  messages: MessageRow;
  proposals: ProposalRow;
  quarantine: QuarantineRow;
  fixes: FixRow;
  members: MemberRow;
  revocations: RevocationRow;
}

/** A session and the user that it belongs to. */
export interface SessionRow {
  id: string;
  owner: string;
  created_at: number;
}

/** A user beside its owner who works in a session. */
export interface MemberRow {
  session_id: string;
  user_id: string;
  role: MemberRole;
  added_at: number;
}

/** What became of a request: `reply` is null from its start until its end. */
export interface OutcomeRow {
  session_id: string;
  user_id: string;
  client_id: string;
  request_id: string;
  type: string;
  /** Exact reply as JSON text. */
  reply: string | null;
  started_at: number;
  finished_at: number | null;
}

/** A request that waits, or has waited, for a person. */
export interface ApprovalRow {
  id: string;
  session_id: string;
  state: string;
  version: number;
  /** The record as JSON text without what is large; other columns repeat what queries need. */
  record: string;
  /** Who asked. */
  user_id: string;
  client_id: string;
  request_id: string;
  created_at: number;
  /** When it expires while it waits, and when it was approved until it begins; null after that. */
  due_at: number | null;
  /** When it got into its state. */
  moved_at: number;
  preview: string;
  /** The stored request, exactly as it was hashed. */
  request: string;
}

/** An approval that holds for a session. */
export interface GrantRow {
  id: string;
  session_id: string;
  created_at: number;
  expires_at: number;
  /** When somebody took it back; null while nobody has. */
  ended_at: number | null;
  /** The whole record as JSON text. */
  record: string;
}

/** One line of a conversation. */
export interface MessageRow {
  /** Counts up over all sessions, so that it orders lines of the same millisecond. */
  position: Generated<number>;
  id: string;
  session_id: string;
  role: string;
  content: string;
  created_at: number;
}

/** A proposed change and what was decided about it. */
export interface ProposalRow {
  id: string;
  session_id: string;
  state: string;
  /** The protocol's diff as JSON text. */
  diff: string;
  created_at: number;
  /** Effect that decided; null before, and for what was decided before this was noted. */
  effect_id: string | null;
  /** The latest try to write it, as JSON text, noted before the file was touched. */
  attempt: string | null;
}

/** A file that was taken out of a workspace; its bytes lie in the quarantine folder under `id`. */
export interface QuarantineRow {
  id: string;
  session_id: string;
  original_path: string;
  size: number;
  hash: string;
  quarantined_at: number;
  quarantined_by: string;
  /** `copied` while the original may still be in the workspace, then `held`, then `restored`. */
  state: string;
  /** Effect that restored it. */
  restored_by: string | null;
}

/** A fix of a file, noted before it is written. */
export interface FixRow {
  effect_id: string;
  /** Hash of the file with the fix. */
  hash: string;
  /** The reply that tells of the fix, as JSON text. */
  reply: string;
  noted_at: number;
}

/** Tokens that a host has taken back. */
export interface RevocationRow {
  /** Counts up, so that a server finds what others have added. */
  position: Generated<number>;
  kind: 'jti' | 'sid' | 'subject';
  value: string;
  /** For a subject the moment until which its tokens were issued; 0 for the others. */
  until: number;
  /** From when on no revoked token can be alive any more; null when that is not known. */
  forget_at: number | null;
}
