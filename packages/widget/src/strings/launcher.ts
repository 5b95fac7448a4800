// The texts that load with the page. All others are in `chat.ts` and `canvas.ts`.

/** Launcher. */
export const launcherStrings = {
  open: 'Open assistant',
  waiting: (count: number) => `${count} waiting`,
  failed: 'The assistant could not be loaded. Reload the page to try again.',
};

/** Connection. */
export const statusStrings = {
  connected: 'Connected',
  connecting: 'Connecting',
  reconnecting: 'Reconnecting',
  reconnectingIn: (seconds: number) => `Reconnecting in ${seconds} s`,
  offline: 'Offline',
  offlineDetail: 'This device has no network.',
  disconnected: 'Disconnected',
  signedOut: 'Signed out',
  signedOutDetail: 'Sign in again, then reconnect.',
  noAccess: 'No access',
  noAccessDetail: 'This session belongs to somebody else.',
  replaced: 'Opened elsewhere',
  replacedDetail: 'This session went to another window.',
  retry: 'Retry',
  reconnect: 'Reconnect',
};
