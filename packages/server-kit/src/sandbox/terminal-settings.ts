import { baseEnvironment } from './program.ts';

/**
 * Processor time of one process in a terminal, seconds: its shell may well build something, and
 * what holds that is the share of the processors.
 */
export const terminalCpuSeconds = 3_600;

/** The environment that a terminal's shell starts with. */
export const terminalEnvironment: Readonly<Record<string, string>> = {
  ...baseEnvironment,
  TERM: 'xterm-256color',
  PS1: String.raw`\w \$ `,
};
