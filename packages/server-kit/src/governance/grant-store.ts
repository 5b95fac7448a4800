import type { PolicyPrincipal } from './policy-request.ts';

/** A grant as it is stored: requests of one actor and scope pass unasked while it lives. */
export interface GrantRecord {
  grantId: string;
  sessionId: string;
  /** The approval with which it was given. */
  approvalId: string;
  /** Whose requests pass. */
  actor: Pick<PolicyPrincipal, 'kind' | 'userId'>;
  /** Policy action, as `ide_terminal_command`. */
  action: string;
  /** What passes: requests whose scope has this key. */
  scopeKey: string;
  /** What passes, in words. */
  covers: string;
  /** Ids of the reviews that it lifts. */
  policies: readonly string[];
  grantedBy: string;
  /** Roles of the one who granted it, at that moment. */
  granterRoles: readonly string[];
  /** Epoch milliseconds. */
  createdAt: number;
  expiresAt: number;
}

/** Keeps grants over restarts. */
export interface GrantStore {
  /** Adds a grant; one with the same id stays as it is, ended or not. */
  insert(record: GrantRecord): Promise<void>;
  /** Null when there is none; it may have been ended. */
  get(grantId: string): Promise<GrantRecord | null>;
  /** Grants of a session that were not ended, oldest first; among them may be expired ones. */
  list(sessionId: string): Promise<GrantRecord[]>;
  /** Ends a grant. @returns false when there is none, or it has been ended already. */
  end(grantId: string, endedAt: number): Promise<boolean>;
  /** Forgets what was ended or has expired before a moment, epoch milliseconds. */
  prune(endedBefore: number): Promise<void>;
}
