export {
  attachTerminal,
  openTerminal,
  type OpenTerminalOptions,
  type RemoteTerminal,
  type RemoteTerminalEnd,
  type TerminalListeners,
} from './terminal.ts';
