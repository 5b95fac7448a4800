import * as z from 'zod';

/** Workspace-relative POSIX path. Confinement is decided by the server, never by this schema. */
export const path = z.string().min(1).max(4096);

/** `sha256:` followed by 64 lower-case hex digits. */
export const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** ISO 8601 instant in UTC. */
export const instant = z.iso.datetime();

/** How file content travels: text as is, or bytes as base64. */
export const encoding = z.enum(['utf8', 'base64']);

/** Levels of a finding, lowest first. */
export const severity = z.enum(['low', 'medium', 'high', 'critical']);

/** One finding of the hunter or of static analysis. Lines and columns count from 1; the end is exclusive. */
export const alert = z.object({
  rule: z.string(),
  message: z.string(),
  severity,
  cwe: z.string().optional(),
  path: z.string().optional(),
  line: z.int(),
  column: z.int(),
  end_line: z.int(),
  end_column: z.int(),
  fixable: z.boolean(),
  /** From 0 (a guess) to 1 (certain). */
  confidence: z.number().min(0).max(1),
});

/** One change of a proposal: `lines[]` begin with a space (kept), `-` (removed) or `+` (added). */
export const hunk = z.object({
  id: z.string(),
  old_start: z.int(),
  old_lines: z.int(),
  new_start: z.int(),
  new_lines: z.int(),
  lines: z.array(z.string()),
});

/** A proposed change of one file, waiting for a person to keep or undo it. */
export const diff = z.object({
  diff_id: z.string(),
  path,
  language: z.string(),
  /** Hash of the file that the proposal was made against; null for a new file. */
  base_hash: hash.nullable(),
  old_content: z.string(),
  new_content: z.string(),
  hunks: z.array(hunk),
  description: z.string(),
});

/** One line of the conversation. */
export const chatMessage = z.object({
  id: z.string(),
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  timestamp: instant,
});

/** A user as the host names him. */
export const userId = z.string().min(1).max(256);

/** What a member may do in somebody's session, beside what his own roles allow: `viewer` only looks on. */
export const memberRole = z.enum(['editor', 'viewer']);

/** A user beside its owner who works in a session. */
export const member = z.object({ user_id: userId, role: memberRole });

/** States of an approval; all but `pending` and `approved` are final. */
export const approvalState = z.enum([
  'pending',
  'approved',
  'denied',
  'expired',
  'cancelled',
  'stale',
  'executed',
  'failed',
]);

/** A request that waits for a person. */
export const approval = z.object({
  approval_id: z.string(),
  /** Hash of the exact stored request that will run; an approver sends it back. */
  request_hash: hash,
  action: z.string(),
  resource: z.string(),
  reasons: z.array(z.string()),
  requested_by: z.string(),
  /** Roles of which an approver must hold one. */
  approvers: z.array(z.string()),
  /** Whether the requester may not approve it. */
  four_eyes: z.boolean(),
  expires_at: instant,
  /** The stored request as text, for the approver's eyes. */
  preview: z.string(),
  state: approvalState,
  /** Whether it may be approved for the rest of the session; absent for no. */
  grantable: z.boolean().optional(),
  /** What would then pass unasked, in words. */
  grant_covers: z.string().optional(),
});

/** That requests like an approved one pass unasked for a while. */
export const grant = z.object({
  grant_id: z.string(),
  /** The approval with which it was given. */
  approval_id: z.string(),
  action: z.string(),
  /** What passes, in words. */
  covers: z.string(),
  /** Whose requests pass: the user's own, or with `assistant` those of the assistant for him. */
  granted_to: z.string(),
  assistant: z.boolean(),
  granted_by: z.string(),
  created_at: instant,
  expires_at: instant,
});

/** What ended a run. */
export const runReason = z.enum([
  'exit',
  'timeout',
  'output_limit',
  'memory_limit',
  'disk_limit',
  'cancelled',
  'error',
]);

/** How a finished run went. */
export const executionResult = z.object({
  execution_id: z.string(),
  language: z.string(),
  stdout: z.string(),
  stderr: z.string(),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  duration_ms: z.number(),
  success: z.boolean(),
  timed_out: z.boolean(),
  truncated: z.boolean(),
  /** `exit`: by itself or by a signal; otherwise the limit that it met. */
  reason: runReason.optional(),
  /** Processor time of all its processes, where something counted it. */
  cpu_ms: z.number().optional(),
  /** Most memory that it had at once, where something counted it. */
  peak_memory_bytes: z.int().optional(),
});

/** Names a terminal of the session. */
export const terminalId = z.string().min(1).max(64);

/** Columns or rows of a terminal's screen, characters. */
export const terminalSize = z.int().min(1).max(1000);

/** A node of the workspace tree. */
export interface TreeNode {
  name: string;
  path: string;
  kind: 'file' | 'directory';
  size?: number | undefined;
  modified_at?: string | undefined;
  children?: TreeNode[] | undefined;
}

export const treeNode: z.ZodType<TreeNode> = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['file', 'directory']),
  size: z.int().optional(),
  modified_at: instant.optional(),
  get children() {
    return z.array(treeNode).optional();
  },
});
