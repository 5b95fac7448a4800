import { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import { detectContent, type ContentKind } from './content-kind.ts';

/**
 * Which kinds of file a workspace takes. An entry that begins with a dot is an ending of the name
 * (`.py`, `.tar.gz`, `.env`), one without is a whole name (`Makefile`); all lower case.
 */
export interface FileTypes {
  /** Only these; without it every name is accepted. */
  allow?: readonly string[];
  /** None of these, even where `allow` has them. */
  deny?: readonly string[];
  /** Content that is refused by what it is, whatever the name. */
  denyContent?: readonly ContentKind[];
}

/** Refuses programs and archives, which no scanner of source code can look into. */
export const defaultFileTypes: FileTypes = { denyContent: ['executable', 'archive'] };

/**
 * Refuses a file by its name, then by its content; `null` checks the name alone.
 * @throws RequestError `unsupported_file_type`; the message names what was refused.
 */
export function checkFileType(
  path: ConfinedPath,
  bytes: Uint8Array | null,
  { allow, deny = [], denyContent = [] }: FileTypes,
): void {
  // Windows drops dots and spaces at the end of a name, so "a.exe. " is a program there.
  const name = (path.segments.at(-1) ?? '').toLowerCase().replace(/[. ]+$/, '');
  const denied = deny.find((entry) => matches(name, entry));
  if (denied !== undefined) {
    throw unsupported(`${path.path} is not accepted: ${denied} files are excluded here.`);
  }
  if (allow && !allow.some((entry) => matches(name, entry))) {
    throw unsupported(`${path.path} is not accepted. Accepted here: ${allow.join(', ')}.`);
  }
  if (bytes === null || denyContent.length === 0) return;
  const content = detectContent(bytes);
  if (content === null || !denyContent.includes(content.kind)) return;
  const article = /^[aeiou]/.test(content.kind) ? 'an' : 'a';
  throw unsupported(
    `${path.path} holds ${article} ${content.kind} (${content.format}), which is not accepted here.`,
  );
}

function matches(name: string, entry: string): boolean {
  return entry.startsWith('.') ? name.endsWith(entry) : name === entry;
}

function unsupported(message: string): RequestError {
  return new RequestError('unsupported_file_type', message);
}
