import type { Severity } from '@ide-assistant/sdk/protocol';
import type { SignedStatement, VerificationCode } from '@ide-assistant/sdk/verify';

// Texts that load with the canvas.

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
  fileName: 'File name',
  folderName: 'Folder name',
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

/** Findings. */
export const findingStrings = {
  none: 'Not scanned yet.',
  scanFirst: 'Open a file and scan it to see what there is.',
  clean: 'Nothing found.',
  savedOnly: 'These are the findings of the saved file. Save and scan for those of your changes.',
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
  // On a narrow screen there is no room for more beside it.
  unverified: 'unverified',
  brokenShort: 'broken',
  title: 'Signed log entry',
  checking: 'Checking in this browser',
  failed: (reason: string) => `The proof could not be fetched. ${reason}`,
  close: 'Close',

  good: 'Checked in this browser',
  signature: 'The signature is good.',
  included: (size: number) =>
    size === 1 ? 'The log holds this entry alone.' : `It is one of the log’s ${size} entries.`,
  continues: (size: number) =>
    `The log is consistent with the checkpoint of size ${size} that this browser remembered.`,
  firstUse:
    'This is the first check here. The key came from the server just now and is remembered: from now on the log must keep to it.',
  firstCheckpoint:
    'This is the first check here. What the log is now is remembered, and must be continued.',

  unsupported: 'Cannot be checked here',
  nothingWrong: 'Nothing was found wrong.',
  noKeys: 'This page does not say where the log’s keys are.',

  broken: 'Proof broken',
  advice: 'Do not rely on this record, and tell whoever runs the server.',
  alarms: {
    SIGNATURE: 'The entry was changed after it was signed.',
    INCLUSION: 'The log does not hold this entry.',
    CHECKPOINT: 'The checkpoint of the log is damaged, or was changed after it was signed.',
    ORIGIN: 'The server shows another log than this browser remembers.',
    ROLLBACK: 'The log is shorter than this browser remembers: entries were taken away.',
    FORK: 'The log does not continue what this browser remembers: its history was rewritten.',
    UNKNOWN_KEY: 'It is signed by a key that is not the log’s as this browser remembers it.',
    STATEMENT: 'The entry is not the one of this action, or cannot be read.',
  } satisfies Record<Exclude<VerificationCode, 'UNSUPPORTED'>, string>,

  who: 'Who',
  what: 'What',
  when: 'When',
  outcome: 'Outcome',
  actors: {
    user: (name: string) => name,
    assistant: (name: string) => `The assistant, for ${name}`,
    server: () => 'The server',
  } satisfies Record<SignedStatement['actor']['kind'], (name: string) => string>,
  action: (action: string) => action.replace(/^ide_/, '').replaceAll('_', ' '),

  details: 'For other tools',
  id: 'Id',
  index: 'Index',
  log: 'Log',
  key: 'Key',
  root: 'Root',
};
