import { baseEnvironment } from './program.ts';

/**
 * Processor time of one process in a terminal, seconds: its shell may well build something, and
 * what holds that is the share of the processors.
 */
export const terminalCpuSeconds = 3_600;

/**
 * The environment that a terminal's shell starts with.
 * @param shell its path.
 */
export function terminalEnvironment(shell: string): Readonly<Record<string, string>> {
  // Other shells would show what bash replaces by the directory.
  const prompt = shell.endsWith('/bash') ? String.raw`\w \$ ` : '$ ';
  return { ...baseEnvironment, TERM: 'xterm-256color', PS1: prompt };
}
