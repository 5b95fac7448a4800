// Texts that load with the panel. Sentence case, verbs on buttons, errors say what happened and what to do.

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
  working: 'Working',
  answered: 'Answer finished',
  earlier: (count: number) => `Show ${count} earlier`,
  dismissRun: 'Dismiss output',
  dismiss: 'Dismiss',
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

/** What stands in the composer's last line while nothing can be sent. */
export const queueStrings = {
  connecting: (queued: number) => `Connecting. ${queued} queued, sends by itself.`,
  offline: (queued: number) =>
    queued > 0 ? `Offline. ${queued} queued, sends by itself.` : 'Offline. Sends by itself later.',
  closed: (queued: number) =>
    queued > 0
      ? `Disconnected. ${queued} queued until you reconnect.`
      : 'Disconnected. Reconnect to send.',
};
