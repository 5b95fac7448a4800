import type { Limits } from '../../src/limits.ts';

/** Lifts what one user or address may take, for loads that are sent on purpose. */
export const unlimited: Partial<Limits> = {
  authFailures: Infinity,
  connectionsPerUser: Infinity,
  connectionsPerAddress: Infinity,
  messagesPerSecond: Infinity,
  operationsPerMinute: {
    chat: Infinity,
    code_execute: Infinity,
    security_scan: Infinity,
    auto_fix: Infinity,
    terminal_command: Infinity,
    terminal_open: Infinity,
  },
  executions: Infinity,
  executionsPerUser: Infinity,
};
