import type { OperationName } from '@ide-assistant/sdk/protocol';

/** What an operation does, as far as a policy cares. */
export type ActionGroup = 'read' | 'write' | 'execute' | 'converse' | 'manage';

/**
 * The group of every operation. Policies speak of groups, so an operation that is added to the
 * contract falls under the rules of its kind at once; leaving it out here does not compile.
 * - `read`: changes nothing in the workspace.
 * - `write`: changes files.
 * - `execute`: starts processes, or tells them what to do.
 * - `converse`: talks to the assistant.
 * - `manage`: steers connections, running requests, terminals, proposals and approvals.
 */
export const actionGroups: Readonly<Record<OperationName, ActionGroup>> = {
  approval_list: 'read',
  approval_resolve: 'manage',
  audit_get: 'read',
  auto_fix: 'write',
  auto_quarantine: 'write',
  cancel: 'manage',
  chat: 'converse',
  chat_history: 'read',
  code_execute: 'execute',
  diff_apply: 'write',
  diff_reject: 'manage',
  directory_list: 'read',
  file_create: 'write',
  file_delete: 'write',
  file_open: 'read',
  file_rename: 'write',
  file_save: 'write',
  grant_revoke: 'manage',
  member_add: 'manage',
  member_list: 'read',
  member_remove: 'manage',
  ping: 'manage',
  quarantine_list: 'read',
  quarantine_restore: 'write',
  security_scan: 'read',
  subscribe: 'manage',
  terminal_close: 'manage',
  terminal_command: 'execute',
  // Whoever may not run code may not type it either.
  terminal_input: 'execute',
  terminal_open: 'execute',
  terminal_resize: 'manage',
  token_refresh: 'manage',
  unsubscribe: 'manage',
};
