import { statSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Tells when policy files may have changed; what has, the reader finds out.
 * @returns Stops watching.
 */
export type WatchPolicyFiles = (paths: readonly string[], onChange: () => void) => () => void;

/** A file that is saved, or a directory that is deployed, makes several events. Milliseconds. */
const settleMs = 200;
/** How often to look without being told: network mounts and replaced directories tell nothing. */
const pollMs = 5_000;

/** Watches the directories of policy files, and looks by itself every five seconds. */
export const watchPolicyFiles: WatchPolicyFiles = (paths, onChange) => {
  let settling: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(settling);
    settling = setTimeout(onChange, settleMs).unref();
  };
  // The directory of a file, not the file: editors put a new file in its place.
  const directories = new Set(paths.map((path) => (isDirectory(path) ? path : dirname(path))));
  const watchers = [...directories].flatMap((directory) => watcherOf(directory, soon));
  const polling = setInterval(onChange, pollMs).unref();
  return () => {
    clearTimeout(settling);
    clearInterval(polling);
    for (const watcher of watchers) watcher.close();
  };
};

/** None where the system has no watch to give: then polling alone finds out. */
function watcherOf(directory: string, changed: () => void): FSWatcher[] {
  try {
    const watcher = watch(directory, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
