import { openAppendFile, type AppendFile } from '../../src/verification/index.ts';

/** The real file, with its writes and syncs counted and, when asked, made to fail. */
export interface CountingFile {
  open: (path: string) => Promise<AppendFile>;
  appends: number;
  syncs: number;
  /** Called once, in the middle of the next append. */
  whileAppending?: () => void;
  /** Called before and after each append, which waits for it. */
  beforeAppend?: () => Promise<void>;
  afterAppend?: () => Promise<void>;
  /** Error of the next append: before its bytes are written, or when they are to be made durable. */
  failure?: { in: 'write' | 'sync'; error: Error };
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
          throwIfDue(counts, 'write');
          await file.append(bytes);
          throwIfDue(counts, 'sync');
          await counts.afterAppend?.();
        },
        sync() {
          counts.syncs += 1;
          return file.sync();
        },
        close: () => file.close(),
      };
    },
  };
  return counts;
}

function throwIfDue(counts: CountingFile, step: 'write' | 'sync'): void {
  const { failure } = counts;
  if (failure?.in !== step) return;
  delete counts.failure;
  throw failure.error;
}
