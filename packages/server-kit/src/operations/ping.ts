import type { OperationHandler } from './handler.ts';

/** Answers with the server's time. */
export const ping: OperationHandler<'ping'> = {
  execute: ({ timestamp }, { parts }) =>
    Promise.resolve({
      ...(timestamp === undefined ? {} : { timestamp }),
      server_time: new Date(parts.clock()).toISOString(),
    }),
};
