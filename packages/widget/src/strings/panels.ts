import type { DiffEntry } from '@ide-assistant/sdk';
import type { Severity } from '@ide-assistant/sdk/protocol';

// All visible text but that of the launcher. Sentence case, verbs on buttons, errors say what happened and what to do.

/** Name of the assistant, as heading and as the name of its region. */
export const name = 'Assistant';

/** Shell: header and layout. */
export const shellStrings = {
  canvas: 'Open canvas',
  panel: 'Back to panel',
  minimize: 'Minimize',
  resize: 'Resize panel',
  split: 'Resize chat and code',
  panes: 'View',
  chat: 'Chat',
  code: 'Code',
  output: 'Output',
  unconfigured: 'No server is set. Give the element a url attribute or a client.',
};

/** Chat. */
export const chatStrings = {
  log: 'Conversation',
  placeholder: 'Ask, or / for commands',
  message: 'Message',
  hint: 'Enter to send · Shift+Enter for a line',
  send: 'Send',
  stop: 'Stop',
  emptyTitle: 'What would you like to do?',
  noModel: 'No model is connected. Commands work: scan, fix, run and more.',
  jump: 'Jump to latest',
  jumpNew: (count: number) => `${count} new`,
  queued: 'Queued',
  stopped: 'Stopped',
  failed: 'No answer came.',
  askAgain: 'Ask again',
  working: 'Working',
  answered: 'Answer finished',
  you: 'You said',
  copy: 'Copy',
  copied: 'Copied ✓',
  insert: 'Insert',
  run: 'Run',
  earlier: (count: number) => `Show ${count} earlier`,
  dismissRun: 'Dismiss output',
  toolStates: {
    start: 'running',
    ok: '',
    blocked: 'blocked',
    denied: 'denied',
    error: 'failed',
  } as Readonly<Record<string, string>>,
};

const languageNames: Readonly<Record<string, string>> = {
  python: 'Python',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  bash: 'Bash',
};

/** Suggestions in an empty chat. */
export const starterStrings = {
  scan: (path: string) => `Scan ${path} for vulnerabilities`,
  fix: (path: string) => `Fix what was found in ${path}`,
  explain: (path: string) => `Explain what ${path} does`,
  write: 'Write a Python script that prints the first ten primes',
  commands: 'Show all commands',
  newFile: 'Add a file in the canvas',
  run: (language: string) => `Run a first line of ${languageNames[language] ?? language}`,
};

/** Proposals. */
export const diffStrings = {
  apply: 'Apply',
  reject: 'Reject',
  review: 'Review',
  leave: 'Leave',
  added: (count: number) => `${count} lines added`,
  removed: (count: number) => `${count} lines removed`,
  hunks: (count: number) => (count === 1 ? '1 change' : `${count} changes`),
  card: (path: string) => `Proposed change of ${path}`,
  states: {
    proposed: 'Proposed',
    applied: 'Applied ✓',
    partially_applied: 'Partly applied',
    rejected: 'Rejected',
    stale: 'Outdated. Ask again',
  } satisfies Record<DiffEntry['state'], string>,
};

/** Approvals. */
export const approvalStrings = {
  approve: 'Approve',
  deny: 'Deny',
  mine: (who: string) => `Asked by ${who}. Waits for you.`,
  others: (who: string) => `Asked by ${who}. Waits for somebody else.`,
  action: (action: string) => action.replace(/^ide_/, '').replaceAll('_', ' '),
  preview: 'Show the request',
  empty: 'Nothing waits for approval.',
};

/** Code pane. */
export const codeStrings = {
  region: 'Code',
  openFiles: 'Open files',
  closeFile: (path: string) => `Close ${path}`,
  unsaved: 'unsaved',
  files: 'Files',
  toggleTree: 'Files',
  save: 'Save',
  run: 'Run',
  stop: 'Stop',
  scan: 'Scan',
  language: 'Language',
  editor: (path: string) => `Editor, ${path}`,
  reviewing: (path: string) => `Proposed change of ${path}`,
  loading: 'Loading the editor',
  emptyTitle: 'No file is open',
  emptyText: 'Open one from the files, or make a new one.',
  unsavedState: 'Unsaved',
  saving: 'Saving',
  saved: 'Saved ✓',
  conflicting: 'Conflict',
  conflict: 'This file changed elsewhere.',
  keepMine: 'Save mine over it',
  takeTheirs: 'Load theirs',
  dismiss: 'Dismiss',
};

/** File tree. */
export const treeStrings = {
  label: 'Files',
  newFile: 'New file',
  newFolder: 'New folder',
  rename: 'Rename',
  remove: 'Delete',
  refresh: 'Refresh',
  close: 'Close files',
  name: 'Name',
  empty: 'The workspace is empty. Add a file to begin.',
  truncated: 'Not all files are listed.',
  confirm: (path: string) => `Delete ${path}?`,
  keep: 'Keep',
};

/** Drawer below the editor. */
export const drawerStrings = {
  label: 'Output and findings',
  output: 'Output',
  findings: 'Findings',
  approvals: 'Approvals',
  open: 'Show output',
  close: 'Close output',
};

/** Runs. */
export const runStrings = {
  empty: 'Nothing has run yet. Run the open file with Ctrl+Enter.',
  label: 'Program output',
  silent: 'No output',
  queued: 'Queued',
  running: (took: string) => `Running ${took}`,
  stopped: 'Stopped',
  blocked: 'Blocked',
  failed: 'Could not run',
  timedOut: (took: string) => `Timed out after ${took}`,
  killed: (signal: string, took: string) => `Ended by ${signal} after ${took}`,
  exited: (code: number, took: string) => `Exit ${code} · ${took}`,
  truncated: 'Output was cut',
};

/** Findings. */
export const findingStrings = {
  none: 'Not scanned yet.',
  scanFirst: 'Open a file and scan it to see what there is.',
  clean: 'Nothing found.',
  fix: 'Fix',
  risk: (score: number) => `Risk ${Number.isInteger(score) ? score : score.toFixed(1)} / 10`,
  count: (count: number) => (count === 1 ? '1 finding' : `${count} findings`),
  line: (line: number) => `line ${line}`,
  severities: {
    low: 'Low',
    medium: 'Medium',
    high: 'High',
    critical: 'Critical',
  } satisfies Record<Severity, string>,
};

/** Proof behind a save. */
export const proofStrings = {
  verified: 'verified',
  title: 'Signed log entry',
  intro: 'This action is written in the signed log.',
  id: 'Verification id',
  index: 'Entry',
  size: 'Tree size',
  hashes: 'Inclusion path',
  hashCount: (count: number) => (count === 1 ? '1 hash' : `${count} hashes`),
  origin: 'Log',
  root: 'Root',
  checkpoint: 'Checkpoint',
  loading: 'Fetching the proof',
  failed: (reason: string) => `The proof could not be fetched. ${reason}`,
  close: 'Close',
};

/** Notices. Each begins a sentence pair: what failed, then why. */
export const noticeStrings = {
  open: (path: string) => `${path} could not be opened.`,
  create: (path: string) => `${path} could not be created.`,
  rename: (path: string) => `${path} could not be renamed.`,
  remove: (path: string) => `${path} could not be deleted.`,
  tree: 'The files could not be listed.',
  save: (path: string) => `${path} could not be saved.`,
  run: 'The run failed.',
  scan: (path: string) => `${path} could not be scanned.`,
  fix: 'The fix could not be prepared.',
  review: 'The proposal could not be opened.',
  apply: 'The proposal could not be applied.',
  reject: 'The proposal could not be rejected.',
  approval: 'The decision could not be sent.',
  closeUnsaved: (path: string) =>
    `${path} has unsaved changes. Save it, or close it again to drop them.`,
  insertNeedsFile: 'Open a file first, then insert.',
};

/** Errors, in words for people. */
export const errorStrings = {
  blocked: (reason: string) => `Blocked by policy: ${reason}`,
  conflict: 'It changed elsewhere in the meantime.',
  timeout: 'It took too long. Try again.',
  unavailable: (reason: string) => `${reason} Try again in a moment.`,
  queueFull: 'Too much is waiting to be sent. Reconnect first.',
  interrupted: 'The server restarted while it ran. Start it again.',
};

/** Commands, in a few words each. */
export const commandStrings = {
  label: 'Commands',
  scan: 'Find vulnerabilities and secrets',
  fix: 'Propose fixes for what was found',
  run: 'Run a file',
  explain: 'Explain the last error',
  format: 'Put a file in its usual form',
  help: 'Show all commands',
};
