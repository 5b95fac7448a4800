import { fchmodSync, fchownSync, fstatSync } from 'node:fs';
import { rename, type FileHandle } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { ConfinedPath } from './confine-path.ts';
import type { Directory } from './directory.ts';
import { checkFileType, type FileTypes } from './file-types.ts';
import { fingerprint, type Fingerprint } from './fingerprint.ts';
import { hashOf } from './hash-of.ts';
import { placeFile } from './place-file.ts';
import { tooLarge } from './read-file.ts';
import { withTemporaryFile } from './temporary-file.ts';
import { change, inParent } from './walk.ts';
import type { Workspace } from './workspace.ts';

/** How {@link writeFile} writes. */
export interface WriteFileOptions {
  /** Largest content, bytes. */
  maxBytes: number;
  /** `create` refuses to touch what is there. @default 'replace' */
  mode?: 'replace' | 'create';
  /** With `replace`: write only over the version of this hash. */
  expectedHash?: string;
  /** Kinds of file to refuse; without it every kind is written. */
  fileTypes?: FileTypes;
  /** Whether missing directories on the way are made. @default false */
  makeParents?: boolean;
}

/** What {@link writeFile} has written. */
export interface WrittenFile {
  /** Bytes. */
  readonly size: number;
  /** `sha256:<hex>` of what was written. */
  readonly hash: string;
  /** Hash of what was there before; null where nothing was. */
  readonly previousHash: string | null;
}

const newFileMode = 0o644;

/**
 * Writes a whole file so that a reader sees the old content or the new, never a part: into a
 * temporary file beside it, which then takes its name. Permission bits of the old file stay. The
 * disk is not flushed: what was written survives the end of the server, not of the machine.
 *
 * @throws RequestError `conflict` with `current_hash` when `expectedHash` is not what is there
 *   (null: nothing is there), `already_exists` in mode `create`, `too_large`, `not_a_file`,
 *   `unsupported_file_type`, `path_outside_workspace`, `unavailable` for a full disk.
 */
export async function writeFile(
  workspace: Workspace,
  path: ConfinedPath,
  bytes: Uint8Array,
  options: WriteFileOptions,
): Promise<WrittenFile> {
  const { maxBytes, mode = 'replace', fileTypes, makeParents = false } = options;
  if (bytes.length > maxBytes) throw tooLarge(path.path, bytes.length, maxBytes);
  if (fileTypes) checkFileType(path, bytes, fileTypes);

  const write = mode === 'create' ? create : replace;
  const previousHash = await change(workspace, [path], () =>
    inParent(
      workspace,
      path,
      (parent, name) => write({ workspace, path, parent, name, bytes, options }),
      { makeParents },
    ),
  );
  return { size: bytes.length, hash: hashOf(bytes), previousHash };
}

interface Writing {
  workspace: Workspace;
  path: ConfinedPath;
  parent: Directory;
  name: string;
  bytes: Uint8Array;
  options: WriteFileOptions;
}

function create({ workspace, parent, name, bytes }: Writing): Promise<null> {
  return withTemporaryFile(parent, async (handle, temporaryName) => {
    await handle.writeFile(bytes);
    setOwnerAndMode(workspace, handle, newFileMode);
    const stats = fstatSync(handle.fd);
    await handle.close();
    await placeFile(workspace, stats, parent.child(temporaryName), parent.child(name));
    return { moved: true, result: null };
  });
}

function replace({
  workspace,
  path,
  parent,
  name,
  bytes,
  options,
}: Writing): Promise<string | null> {
  return withTemporaryFile(parent, async (handle, temporaryName) => {
    await handle.writeFile(bytes);
    // The old file is looked at last, so that a program in the sandbox has the shortest time to
    // change it between the look and the rename.
    const previous = await fingerprint(workspace, parent, name, path.path);
    checkExpected(path.path, previous, options.expectedHash);
    setOwnerAndMode(workspace, handle, previous?.mode ?? newFileMode);
    // Some file systems report a full disk only here.
    await handle.close();
    await rename(parent.child(temporaryName), parent.child(name));
    return { moved: true, result: previous?.hash ?? null };
  });
}

function checkExpected(
  path: string,
  previous: Fingerprint | null,
  expectedHash: string | undefined,
): void {
  if (previous !== null && previous.hash === null) {
    throw new RequestError(
      'too_large',
      `${path} is too large to be replaced with proof of what it was. Delete it first.`,
      { details: { size_bytes: previous.size } },
    );
  }
  const current = previous?.hash ?? null;
  if (expectedHash === undefined || expectedHash === current) return;
  throw new RequestError(
    'conflict',
    current === null
      ? `${path} has been deleted since it was opened.`
      : `${path} has changed since it was opened.`,
    { details: { current_hash: current } },
  );
}

// Synchronous, since on an open descriptor these take a microsecond and a thread twenty.
function setOwnerAndMode({ owner }: Workspace, { fd }: FileHandle, mode: number): void {
  // In this order: chown takes permission bits away.
  if (owner) fchownSync(fd, owner.uid, owner.gid);
  fchmodSync(fd, mode);
}
