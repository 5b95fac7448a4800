import { fork } from 'node:child_process';

/** What one client measured. */
export interface Measured {
  /** Requests answered per second with 32 in flight. */
  perSecond: number;
  /** Median time of a request when each waits for the one before, microseconds. */
  serialMicroseconds: number;
}

/** Measures from a process of its own, so that client and server do not share an event loop. */
export function measureClient(url: string, content: string): Promise<Measured> {
  const child = fork(new URL('./save-client.ts', import.meta.url), {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return new Promise((resolve, reject) => {
    child.once('message', (measured) => resolve(measured as Measured));
    child.once('exit', (code) => reject(new Error(`the client ended with ${code}`)));
    child.send({ url, content });
  });
}
