import { readFileSync } from 'node:fs';

/** What search.py is told. */
export interface SearchScope {
  /** Hexadecimal of what every secret but `texts` begins with, before the name of its place. */
  prefix: string;
  places: readonly string[];
  /** Hexadecimal of other secrets, which are found as `text`. */
  texts: readonly string[];
  /** Where the walks through the file system begin. */
  roots: readonly string[];
  /** Whether all processes, ports and sockets that can be seen are tried, or those named here. */
  everything: boolean;
  processes: readonly number[];
  /** What somebody would try who knows the host. */
  guesses: readonly string[];
  ports: readonly number[];
  sockets: readonly string[];
}

/** What a search came to. */
export interface SearchResult {
  /** Where each secret was found. */
  found: Readonly<Record<string, readonly string[]>>;
  /** Devices that could be opened. */
  devices: readonly string[];
  counts: { files: number; processes: number; bytes: number; skipped: readonly string[] };
}

/** The program, which takes a {@link SearchScope} as its one argument. */
export const searchProgram = readFileSync(new URL('search.py', import.meta.url), 'utf8');

/** The line that every search ends with. */
export const searchEnd = /^SEARCHED (.*)$/m;

/** Reads what the program has printed, wherever it ran. */
export function searchResult(printed: string): SearchResult {
  const lines = printed.split(/\r?\n/);
  const [, counts] = searchEnd.exec(lines.join('\n')) ?? [];
  if (counts === undefined) throw new Error(`The search did not end: ${printed.slice(-2_000)}`);
  const found: Record<string, string[]> = {};
  for (const line of lines) {
    const [, place = '', where = ''] = /^FOUND (\S+) (.*)$/.exec(line) ?? [];
    if (place !== '') (found[place] ??= []).push(where);
  }
  return {
    found,
    devices: lines.filter((line) => line.startsWith('DEVICE ')),
    counts: JSON.parse(counts) as SearchResult['counts'],
  };
}
