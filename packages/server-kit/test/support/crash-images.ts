import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** A data directory as a server that is killed at one moment leaves it. */
export interface CrashImage {
  /** The change that was not made any more: an SQL statement, or a call of the file system. */
  before: string;
  directory: string;
}

const calls = ['link', 'mkdir', 'rename', 'rm', 'rmdir', 'unlink', 'writeFile'] as const;

/**
 * Runs `act` and takes an image before every change that it makes to the store or to files. Each is
 * taken within one turn of the event loop, so it is what the server would have left behind.
 */
export async function imagesOf(
  dataDirectory: string,
  act: () => Promise<unknown>,
): Promise<CrashImage[]> {
  const images: CrashImage[] = [];
  const take = (before: string) => images.push({ before, directory: copyOf(dataDirectory) });
  const spies = calls.map((name) => {
    const call = fs[name] as (...given: unknown[]) => Promise<unknown>;
    return vi.spyOn(fs, name).mockImplementation(((...given: unknown[]) => {
      take(`${name} ${basename(String(given[0]))}`);
      return call(...given);
    }) as never);
  });
  const run = StatementSync.prototype.run as (...given: unknown[]) => never;
  const statements = vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (
    this: StatementSync,
    ...given: unknown[]
  ) {
    take(this.sourceSQL);
    return run.apply(this, given);
  });
  syncBuiltinESMExports();
  try {
    await act();
  } finally {
    for (const spy of [...spies, statements]) spy.mockRestore();
    syncBuiltinESMExports();
  }
  return images;
}

/** The one image that was taken before a change. */
export function imageBefore(images: readonly CrashImage[], change: string): CrashImage {
  const [image, ...others] = images.filter(({ before }) => before.startsWith(change));
  if (!image || others.length > 0) {
    throw new Error(`not one of: ${images.map(({ before }) => before).join(' | ')}`);
  }
  return image;
}

function copyOf(dataDirectory: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'ide-crash-'));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  chmodSync(copy, 0o711);
  cpSync(dataDirectory, copy, {
    recursive: true,
    // To close a copied lock or database would drop what this process holds of the original.
    filter: (source) => !/^(?:lock.*|store\.sqlite.*)$/.test(basename(source)),
  });
  mkdirSync(join(copy, 'store'), { recursive: true });
  const database = new DatabaseSync(join(dataDirectory, 'store', 'store.sqlite'));
  database.exec(`VACUUM INTO '${join(copy, 'store', 'store.sqlite')}'`);
  database.close();
  return copy;
}
