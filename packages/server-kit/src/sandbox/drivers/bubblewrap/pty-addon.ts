import { createRequire } from 'node:module';

/** The two calls of the addon that are used; see openpty(3) and TIOCSWINSZ in ioctl_tty(2). */
export interface PtyAddon {
  /** Opens a pair: descriptors of both ends, and the path of the one that programs get. */
  open(cols: number, rows: number): { master: number; slave: number; pty: string };
  resize(master: number, cols: number, rows: number): void;
}

/** The line that adds terminals. */
export const ptyFix = 'npm install @lydell/node-pty';

let loaded: PtyAddon | null | undefined;

/** The optional addon; null where it is not installed or has no binary for this system. */
export function loadPtyAddon(): PtyAddon | null {
  if (loaded !== undefined) return loaded;
  try {
    const require = createRequire(import.meta.url);
    const { requireBinary } = require('@lydell/node-pty/requireBinary.js') as {
      requireBinary: (file: string) => PtyAddon;
    };
    loaded = requireBinary('pty.node');
  } catch {
    // Missing or built for another system: terminals are then reported as not there.
    loaded = null;
  }
  return loaded;
}
