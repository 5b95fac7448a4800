import { openAppendFile, type AppendFile } from '../../src/verification/index.ts';

/** The real file, with its writes and syncs counted and, when asked, made to fail. */
export interface CountingFile {
  open: (path: string) => Promise<AppendFile>;
  appends: number;
  syncs: number;
  /** Called once, in the middle of the next append. */
  whileAppending?: () => void;
  /** Called before each append and each sync, which waits for it. */
  beforeAppend?: () => Promise<void>;
  beforeSync?: () => Promise<void>;
  /** Error of the next append or sync. */
  failure?: { in: 'append' | 'sync'; error: Error };
}

export function countingFile(): CountingFile {
  const counts: CountingFile = {
    appends: 0,
    syncs: 0,
    async open(path) {
      const file = await openAppendFile(path);
      return {
        async append(bytes) {
          counts.appends += 1;
          counts.whileAppending?.();
          delete counts.whileAppending;
          await counts.beforeAppend?.();
          throwIfDue(counts, 'append');
          await file.append(bytes);
        },
        async sync() {
          counts.syncs += 1;
          await counts.beforeSync?.();
          throwIfDue(counts, 'sync');
          await file.sync();
        },
        close: () => file.close(),
      };
    },
  };
  return counts;
}

function throwIfDue(counts: CountingFile, step: 'append' | 'sync'): void {
  const { failure } = counts;
  if (failure?.in !== step) return;
  delete counts.failure;
  throw failure.error;
}
