import { readdirSync, readFileSync } from 'node:fs';

/** How often the watchdog looks, milliseconds: soon at first, since most programs end early. */
const periodMs = { first: 5, last: 50 };

/** What {@link watchMemory} needs. */
export interface MemoryWatchOptions {
  /** The process whose descendants are summed. */
  rootPid: number;
  /** What they may have together, bytes. */
  memoryBytes: number;
  /** Called once, when they have more. */
  onExceeded: () => void;
}

/** Whether this kernel tells the children of a process, which the watchdog stands on. */
export function canWatchMemory(): boolean {
  return readText(`/proc/self/task/${process.pid}/children`) !== undefined;
}

/** A running watchdog. */
export interface MemoryWatch {
  stop(): void;
  /** Most that was seen, bytes; `undefined` before the first look. */
  peakBytes(): number | undefined;
}

/**
 * Sums the memory of a run's processes while it lasts, where no control group does it. Between two
 * looks a program may take more than its share, so this is a net below the limit on each process.
 */
export function watchMemory(options: MemoryWatchOptions): MemoryWatch {
  const { rootPid, memoryBytes, onExceeded } = options;
  let peak: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = (waitMs: number): void => {
    timer = setTimeout(() => {
      const pids = descendants(rootPid);
      const used = sum(pids, residentBytes);
      peak = Math.max(peak ?? 0, used);
      // Pages that a fork shares are in the resident size of both; the proportional size, which is
      // far dearer to read, counts them once.
      if (used > memoryBytes && sum(pids, proportionalBytes) > memoryBytes) onExceeded();
      else look(Math.min(waitMs * 2, periodMs.last));
    }, waitMs);
  };
  look(periodMs.first);
  return { stop: () => clearTimeout(timer), peakBytes: () => peak };
}

/** All processes below this one, itself included. */
export function descendants(rootPid: number): number[] {
  const found = [rootPid];
  // The list grows while it is walked.
  for (const pid of found) {
    for (const thread of readNames(`/proc/${pid}/task`)) {
      const children = readText(`/proc/${pid}/task/${thread}/children`) ?? '';
      for (const child of children.split(' ')) if (child !== '') found.push(Number(child));
    }
  }
  return found;
}

function residentBytes(pid: number): number {
  return kibibytes(readText(`/proc/${pid}/status`), ['RssAnon', 'RssShmem']);
}

function proportionalBytes(pid: number): number {
  const rollup = readText(`/proc/${pid}/smaps_rollup`);
  return rollup === undefined ? residentBytes(pid) : kibibytes(rollup, ['Pss_Anon', 'Pss_Shmem']);
}

function kibibytes(text: string | undefined, names: readonly string[]): number {
  if (text === undefined) return 0;
  return sum(names, (name) => {
    const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    return Number(value ?? 0) * 1_024;
  });
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** A process may end between any two reads, which is no error here. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
