import { KitError } from '../../errors.ts';
import { indexOfEntryId, openEnvelope, type EntryProof } from '../../verification/index.ts';
import { readArguments, readCount, UsageError } from './arguments.ts';
import type { CommandIo } from './audit.ts';
import { readStoredLog } from './stored-log.ts';

/** `audit prove`: the proof that the log holds an entry, as `audit_get` answers. */
export async function proveEntry(args: string[], io: CommandIo): Promise<number> {
  const { positionals } = readArguments(args, { options: {}, most: 2 });
  const [directory = '', name] = positionals;
  if (name === undefined) throw new UsageError('Which entry?');
  const index = indexOfEntryId(name) ?? readCount(name, 'The entry');
  const { tree, checkpoint, note, line } = await readStoredLog(directory, index);
  const { envelope, entry } = line === undefined ? {} : openEnvelope(line);
  if (
    line === undefined ||
    !envelope ||
    (indexOfEntryId(name) !== undefined && entry?.id !== name)
  ) {
    throw new KitError('AUDIT_ENTRY', `The log has no entry ${name}.`);
  }
  if (index >= checkpoint.size) {
    throw new KitError(
      'AUDIT_ENTRY',
      `Entry ${index} is newer than the checkpoint. Ask the server, or try again when it has stored the next.`,
    );
  }
  const hashes = tree.inclusion(index, checkpoint.size);
  const proof: EntryProof = {
    line,
    envelope,
    index,
    proof: { tree_size: checkpoint.size, hashes: inHex(hashes) },
    checkpoint: note,
  };
  io.out(`${JSON.stringify(proof, null, 2)}\n`);
  return 0;
}

/**
 * `audit consistency`: the proof that the log continues an older state of it. The checkpoint is
 * added when it is the one of the new size.
 */
export async function proveConsistency(args: string[], io: CommandIo): Promise<number> {
  const { positionals } = readArguments(args, { options: {}, most: 3 });
  const [directory = '', old, until] = positionals;
  if (old === undefined) throw new UsageError('From which size?');
  const oldSize = readCount(old, 'The old size');
  const { tree, checkpoint, note } = await readStoredLog(directory);
  const size = until === undefined ? checkpoint.size : readCount(until, 'The new size');
  if (oldSize < 1 || oldSize > size || size > tree.size) {
    throw new KitError(
      'AUDIT_ENTRY',
      `The log has ${tree.size} entries: no proof leads from ${oldSize} to ${size}.`,
    );
  }
  const proof = {
    old_size: oldSize,
    tree_size: size,
    hashes: inHex(tree.consistency(oldSize, size)),
    old_root: tree.root(oldSize).toString('hex'),
    root: tree.root(size).toString('hex'),
    ...(size === checkpoint.size && { checkpoint: note }),
  };
  io.out(`${JSON.stringify(proof, null, 2)}\n`);
  return 0;
}

function inHex(hashes: readonly Buffer[]): string[] {
  return hashes.map((hash) => hash.toString('hex'));
}
