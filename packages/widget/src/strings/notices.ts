// Texts of what failed, and why.

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
