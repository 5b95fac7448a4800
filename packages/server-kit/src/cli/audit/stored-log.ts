import { open, readFile } from 'node:fs/promises';
import { KitError } from '../../errors.ts';
import {
  leafHash,
  logPathsIn,
  MerkleTree,
  parseCheckpoint,
  readLines,
  type Checkpoint,
} from '../../verification/index.ts';

/** A log as its files are, with the tree over its lines. */
export interface StoredLog {
  tree: MerkleTree;
  checkpoint: Checkpoint;
  /** The checkpoint as it is stored. */
  note: string;
  /** The line that was asked for. */
  line: string | undefined;
}

/**
 * Reads a log of which the lines are those that its checkpoint covers.
 *
 * @param index The entry whose line is kept.
 * @throws {KitError} `AUDIT_TAMPERED` when the lines are others. Signatures are not checked.
 */
export async function readStoredLog(directory: string, index?: number): Promise<StoredLog> {
  const paths = logPathsIn(directory);
  // Before the lines, of which a server may add more meanwhile.
  const note = await readFile(paths.checkpoint, 'utf8');
  const checkpoint = parseCheckpoint(note);
  const tree = new MerkleTree();
  let line: string | undefined;
  for await (const bytes of linesOf(paths.log)) {
    if (tree.size === index) line = bytes.toString();
    tree.push(leafHash(bytes));
  }
  const { size, root } = checkpoint;
  if (tree.size >= size && tree.root(size).equals(root)) return { tree, checkpoint, note, line };
  throw new KitError('AUDIT_TAMPERED', 'The log is not what its checkpoint covers: verify it.');
}

/** The lines of a log's file. */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  try {
    for await (const { lines } of readLines(handle)) yield* lines;
  } finally {
    await handle.close();
  }
}
