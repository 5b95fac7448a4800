import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verify/index.ts';
import type { AuditEntry, TestLog } from './test-log.ts';

/** A server's side that a test can bend. */
export interface TestServer {
  log: TestLog;
  /** Changes what it answers. */
  bend: (entry: AuditEntry) => AuditEntry | Promise<AuditEntry>;
  /** What was remembered when each entry was asked for. */
  since: (number | undefined)[];
  /** How often its keys were asked for. */
  keysAsked: number;
}

/** A server over a log. */
export function serverOf(log: TestLog): TestServer {
  return { log, bend: (entry) => entry, since: [], keysAsked: 0 };
}

/** A verifier of a server's log, by default one that trusts on first use. */
export function verifierOf(server: TestServer, options: Partial<VerifierOptions> = {}): Verifier {
  const client: VerifierOptions['client'] = {
    async request(_type, { verification_id, since }) {
      server.since.push(since);
      return server.bend(await server.log.entry(verification_id, { since }));
    },
  };
  return createVerifier({
    client,
    fetchKeys: async () => {
      server.keysAsked += 1;
      return server.log.keys;
    },
    storage: new MemoryStorage(),
    ...options,
  });
}

/** Like `localStorage`, for as long as the test. */
export class MemoryStorage extends Map<string, string> {
  getItem(key: string): string | null {
    return this.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.set(key, value);
  }

  removeItem(key: string): void {
    this.delete(key);
  }
}
