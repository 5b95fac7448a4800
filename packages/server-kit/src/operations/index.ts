import { approvalList } from './approval-list.ts';
import { approvalResolve } from './approval-resolve.ts';
import { auditGet } from './audit-get.ts';
import { autoFix } from './auto-fix.ts';
import { autoQuarantine } from './auto-quarantine.ts';
import { cancel } from './cancel.ts';
import { chatHistory } from './chat-history.ts';
import { chat } from './chat.ts';
import { codeExecute } from './code-execute.ts';
import { diffApply } from './diff-apply.ts';
import { diffReject } from './diff-reject.ts';
import { directoryList } from './directory-list.ts';
import { fileCreate } from './file-create.ts';
import { fileDelete } from './file-delete.ts';
import { fileOpen } from './file-open.ts';
import { fileRename } from './file-rename.ts';
import { fileSave } from './file-save.ts';
import { grantRevoke } from './grant-revoke.ts';
import type { Handlers } from './handler.ts';
import { memberAdd } from './member-add.ts';
import { memberList } from './member-list.ts';
import { memberRemove } from './member-remove.ts';
import { ping } from './ping.ts';
import { quarantineList } from './quarantine-list.ts';
import { quarantineRestore } from './quarantine-restore.ts';
import { securityScan } from './security-scan.ts';
import { subscribe } from './subscribe.ts';
import { terminalClose } from './terminal-close.ts';
import { terminalCommand } from './terminal-command.ts';
import { terminalInput } from './terminal-input.ts';
import { terminalOpen } from './terminal-open.ts';
import { terminalResize } from './terminal-resize.ts';
import { tokenRefresh } from './token-refresh.ts';
import { unsubscribe } from './unsubscribe.ts';

/** The handler of each operation, by its wire name. */
export const handlers: Handlers = {
  approval_list: approvalList,
  approval_resolve: approvalResolve,
  audit_get: auditGet,
  auto_fix: autoFix,
  auto_quarantine: autoQuarantine,
  cancel,
  chat,
  chat_history: chatHistory,
  code_execute: codeExecute,
  diff_apply: diffApply,
  diff_reject: diffReject,
  directory_list: directoryList,
  file_create: fileCreate,
  file_delete: fileDelete,
  file_open: fileOpen,
  file_rename: fileRename,
  file_save: fileSave,
  grant_revoke: grantRevoke,
  member_add: memberAdd,
  member_list: memberList,
  member_remove: memberRemove,
  ping,
  quarantine_list: quarantineList,
  quarantine_restore: quarantineRestore,
  security_scan: securityScan,
  subscribe,
  terminal_close: terminalClose,
  terminal_command: terminalCommand,
  terminal_input: terminalInput,
  terminal_open: terminalOpen,
  terminal_resize: terminalResize,
  token_refresh: tokenRefresh,
  unsubscribe,
};
