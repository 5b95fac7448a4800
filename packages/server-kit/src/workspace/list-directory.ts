import { lstat } from 'node:fs/promises';
import type { TreeNode } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';
import { confinePath, type ConfinedPath } from './confine-path.ts';
import type { Directory } from './directory.ts';
import { inBatches } from './in-batches.ts';
import { isTemporaryName } from './temporary-file.ts';
import { inDirectory, look } from './walk.ts';
import type { Workspace } from './workspace.ts';

/** How much {@link listDirectory} lists. */
export interface ListOptions {
  /** Levels below the directory; a directory at the last one has no `children`. @default 64 */
  depth?: number;
  /** Files and directories in the whole tree. @default 5_000 */
  maxEntries?: number;
}

/** A directory as a tree. */
export interface Listing {
  readonly tree: TreeNode[];
  /** Files in `tree`. */
  readonly fileCount: number;
  /** Whether `maxEntries` has cut something off; then some directories have no `children`. */
  readonly truncated: boolean;
}

/** Entries of one directory that are sorted at most; of more, any are left out. */
const maxEntriesRead = 65_536;

/**
 * Lists a directory, level by level, so that a cut takes what lies deepest. Directories come
 * first, then names by code point. Only what the other primitives accept is listed: no links,
 * pipes, sockets, devices, names that no confined path can spell, and no temporary files of ours.
 * @throws RequestError `not_found`, `not_a_directory`, `path_outside_workspace`.
 */
export async function listDirectory(
  workspace: Workspace,
  path: ConfinedPath,
  { depth = 64, maxEntries = 5_000 }: ListOptions = {},
): Promise<Listing> {
  const top: TreeNode = { name: '', path: path.path, kind: 'directory' };
  const progress: Progress = { fileCount: 0, entryCount: 0, truncated: false, maxEntries };
  await look(workspace, async () => {
    let level: Branch[] = [{ path, node: top }];
    for (let current = 0; current < depth && level.length > 0; current++) {
      level = await listLevel(workspace, level, progress, current === 0);
    }
  });
  const { fileCount, truncated } = progress;
  return { tree: top.children ?? [], fileCount, truncated };
}

/** A directory whose children are still to be listed. */
interface Branch {
  readonly path: ConfinedPath;
  readonly node: TreeNode;
}

interface Progress {
  fileCount: number;
  entryCount: number;
  truncated: boolean;
  maxEntries: number;
}

/** How many directories of a level are read side by side. */
const directoriesPerBatch = 8;

async function listLevel(
  workspace: Workspace,
  branches: readonly Branch[],
  progress: Progress,
  isTop: boolean,
): Promise<Branch[]> {
  const below: Branch[] = [];
  for (let start = 0; start < branches.length; start += directoriesPerBatch) {
    if (progress.entryCount >= progress.maxEntries) {
      progress.truncated = true;
      break;
    }
    const room = progress.maxEntries - progress.entryCount;
    const batch = branches.slice(start, start + directoriesPerBatch);
    const read = await Promise.all(
      batch.map((branch) => readBranch(workspace, branch, room, isTop)),
    );
    for (const [index, branch] of batch.entries()) {
      const found = read[index];
      if (found) below.push(...takeNodes(branch, found, progress));
    }
  }
  return below;
}

function takeNodes(branch: Branch, found: FoundNodes, progress: Progress): Branch[] {
  const room = progress.maxEntries - progress.entryCount;
  if (room === 0 && found.nodes.length > 0) {
    progress.truncated = true;
    return [];
  }
  const nodes = found.nodes.slice(0, room);
  if (found.cut || nodes.length < found.nodes.length) progress.truncated = true;
  progress.entryCount += nodes.length;
  progress.fileCount += nodes.filter(({ kind }) => kind === 'file').length;
  branch.node.children = nodes;
  return nodes
    .filter(({ kind }) => kind === 'directory')
    .map((node) => ({ path: confinePath(node.path), node }));
}

interface FoundNodes {
  nodes: TreeNode[];
  cut: boolean;
}

// A directory that is gone or has become something else since its parent was read is no failure of
// the whole listing; the one that was asked for is.
async function readBranch(
  workspace: Workspace,
  { path }: Branch,
  room: number,
  isTop: boolean,
): Promise<FoundNodes | null> {
  try {
    return await inDirectory(workspace, path, (directory) => readNodes(directory, path, room));
  } catch (error) {
    if (isTop || !(error instanceof RequestError) || error.code === 'unavailable') throw error;
    return null;
  }
}

async function readNodes(
  directory: Directory,
  { path }: ConfinedPath,
  room: number,
): Promise<FoundNodes> {
  const found: TreeNode[] = [];
  let cut = false;
  for await (const entry of directory.entries()) {
    if (found.length >= maxEntriesRead) {
      cut = true;
      break;
    }
    const kind = entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : null;
    const name = nameOf(entry.name);
    if (kind === null || name === null) continue;
    const child = path === '' ? name : `${path}/${name}`;
    if (isSpellable(child)) found.push({ name, path: child, kind });
  }
  found.sort(directoriesFirst);
  const nodes = found.slice(0, room);
  await inBatches(nodes, 32, (node) => describe(directory, node));
  return { nodes, cut: cut || nodes.length < found.length };
}

/** The name as text; null for bytes that are not UTF-8 and for temporary files of ours. */
function nameOf(bytes: Buffer): string | null {
  const name = bytes.toString();
  if (isTemporaryName(name) || !Buffer.from(name).equals(bytes)) return null;
  return name;
}

function isSpellable(path: string): boolean {
  try {
    confinePath(path);
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}

function directoriesFirst(a: TreeNode, b: TreeNode): number {
  if (a.kind !== b.kind) return a.kind === 'directory' ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

async function describe(directory: Directory, node: TreeNode): Promise<void> {
  if (node.kind === 'directory') return;
  const stats = await lstat(directory.child(node.name)).catch((error: NodeJS.ErrnoException) => {
    // Deleted since the directory was read; it stays listed, as of that moment, without a size.
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (stats === null) return;
  node.size = stats.size;
  node.modified_at = stats.mtime.toISOString();
}
