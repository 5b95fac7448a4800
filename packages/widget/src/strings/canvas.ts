import type { Severity } from '@ide-assistant/sdk/protocol';

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
