import { RequestError } from '../errors.ts';

declare const brand: unique symbol;

/**
 * A path that cannot name anything outside of a workspace as far as its text goes. Only
 * {@link confinePath} makes one, so a file primitive cannot be handed an unchecked string. What
 * the text cannot show, as links, is refused when the path is walked.
 */
export interface ConfinedPath {
  readonly [brand]: 'confined';
  /** Relative POSIX path, exactly as it was given; `''` is the workspace itself. */
  readonly path: string;
  /** The names along the path; empty for the workspace itself. */
  readonly segments: readonly string[];
}

/** What {@link confinePath} accepts. */
export interface ConfinePathOptions {
  /** Whether `''`, the workspace itself, is a path. @default false */
  allowRoot?: boolean;
  /** Longest path in UTF-8, bytes. @default 4096, PATH_MAX of Linux */
  maxBytes?: number;
}

/** NAME_MAX of Linux, macOS and NTFS, bytes. */
const maxSegmentBytes = 255;

// A lone surrogate becomes U+FFFD in UTF-8, so two different strings would name one file.
const loneSurrogate = /\p{Surrogate}/u;

// Control characters break terminals and log lines; the bidirectional overrides and isolates make
// a name read otherwise than it is spelled, which an approver must never see (Unicode TR 36, 2.1).
const deceptive = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/**
 * Checks the text of a path and returns it as evidence. Nothing is decoded, normalised or looked
 * up: `%2e%2e` is an ordinary name, and the path comes back as it was given. The rules are those
 * of all platforms at once, so a path means the same wherever the server runs.
 *
 * @throws RequestError `path_outside_workspace` for `..`, an absolute path, a backslash, a drive
 *   or a stream (`C:`, `a.txt:b`); `invalid_message` for a path that is no path.
 *
 * @example
 * ```ts
 * const target = confinePath('src/main.py');
 * await readFile(workspace, target, { maxBytes: 1_048_576 });
 * ```
 */
export function confinePath(
  path: string,
  { allowRoot = false, maxBytes = 4096 }: ConfinePathOptions = {},
): ConfinedPath {
  if (path === '' && allowRoot) return confined(path, []);
  if (path === '') throw malformed('The path is empty.');
  if (loneSurrogate.test(path)) throw malformed('The path is not well-formed Unicode.');
  if (deceptive.test(path)) {
    throw malformed('The path holds a control character. Use visible characters only.');
  }
  if (Buffer.byteLength(path) > maxBytes) {
    throw malformed(`The path is longer than ${maxBytes} bytes.`);
  }
  if (path.startsWith('/')) throw outside(path, 'is absolute');
  if (path.includes('\\')) throw outside(path, 'holds a backslash');
  if (path.includes(':')) throw outside(path, 'holds a colon, as drives and streams do');

  const segments = path.split('/');
  for (const segment of segments) checkSegment(path, segment);
  return confined(path, segments);
}

function checkSegment(path: string, segment: string): void {
  if (segment === '..') throw outside(path, "holds '..'");
  if (segment === '') throw malformed(`${path} has an empty name between two slashes.`);
  if (segment === '.') throw malformed(`${path} holds '.'. Write the path without it.`);
  if (Buffer.byteLength(segment) > maxSegmentBytes) {
    throw malformed(`A name in the path is longer than ${maxSegmentBytes} bytes.`);
  }
}

function confined(path: string, segments: readonly string[]): ConfinedPath {
  return { path, segments } as unknown as ConfinedPath;
}

function malformed(message: string): RequestError {
  return new RequestError('invalid_message', message);
}

function outside(path: string, why: string): RequestError {
  return new RequestError(
    'path_outside_workspace',
    `${path} ${why}. Give a path relative to the workspace, with forward slashes.`,
  );
}
