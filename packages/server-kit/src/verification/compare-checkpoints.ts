import type { KeyObject } from 'node:crypto';
import { parseCheckpoint, readCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { FindingList } from './finding-list.ts';
import type { LogWalk } from './log-walk.ts';
import type { KeyRing } from './key-ring.ts';
import { keyIdOf } from './signing-key.ts';
import { AuditTamperedError } from './tampering.ts';

/** What {@link compareCheckpoints} compares. */
export interface CheckpointComparison {
  /** The log, walked to its end. */
  walk: LogWalk;
  keys: KeyRing;
  trusted: readonly KeyObject[];
  findings: FindingList;
  /** The log's name, as in its checkpoints. */
  origin: string;
  /** The log's own checkpoint; `undefined` when it is gone. */
  checkpoint: string | undefined;
  /** Checkpoints of other times, from people who kept them. */
  anchors: readonly string[];
}

/** Checks a log against its own checkpoint, and both against those that others have kept. */
export function compareCheckpoints(comparison: CheckpointComparison): void {
  const { findings, checkpoint, anchors } = comparison;
  let own: Checkpoint | undefined;
  if (checkpoint === undefined) findings.add('CHECKPOINT', 'the log’s checkpoint is gone.');
  else own = readNote(comparison, checkpoint, 'the checkpoint');
  if (own) compareOwn(comparison, own);
  for (const [place, note] of anchors.entries()) {
    const name = `anchor ${place + 1}`;
    const anchor = readNote(comparison, note, name);
    if (anchor) compareAnchor(comparison, anchor, { name, own });
  }
  compareKeys(comparison);
}

/** Who knows the log's present key knows that the log reached the change to it. */
function compareKeys({ walk, keys, findings }: CheckpointComparison): void {
  const { leastSize } = keys.limits;
  if (walk.size >= leastSize || findings.has('TRUNCATED') || findings.has('ROLLBACK')) return;
  const text = `the log has ${walk.size} entries, the trusted keys are of one that had ${leastSize}: the log was set back.`;
  findings.add('ROLLBACK', text, { index: walk.size });
}

function compareOwn({ walk, findings }: CheckpointComparison, { size, root }: Checkpoint): void {
  if (size > walk.size) {
    const text = `the log has ${walk.size} entries, its checkpoint covers ${size}.`;
    findings.add('TRUNCATED', text, { index: walk.size });
  } else if (size <= walk.intactSize && !walk.tree.root(size).equals(root)) {
    findings.add('ROOT', `the first ${size} entries are not those that the checkpoint covers.`);
  }
}

function compareAnchor(
  { walk, findings }: CheckpointComparison,
  { size, root }: Checkpoint,
  { name, own }: { name: string; own: Checkpoint | undefined },
): void {
  // A checkpoint is stored before anybody sees it, so the newest is never older than an anchor.
  if (own && own.size < size) {
    const text = `the checkpoint covers ${own.size} entries, ${name} covers ${size}: the log was set back.`;
    findings.add('ROLLBACK', text, { index: own.size });
  }
  if (size > walk.size) {
    if (findings.has('TRUNCATED') || findings.has('ROLLBACK')) return;
    const text = `the log has ${walk.size} entries, ${name} covers ${size}.`;
    findings.add('TRUNCATED', text, { index: walk.size });
  } else if (size <= walk.intactSize && !walk.tree.root(size).equals(root)) {
    findings.add('FORK', `the first ${size} entries are not those that ${name} covers.`);
  }
}

/** Reads a note that one of the log's keys has signed; otherwise says what is wrong with it. */
function readNote(
  comparison: CheckpointComparison,
  note: string,
  name: string,
): Checkpoint | undefined {
  const { walk, keys, trusted, findings, origin } = comparison;
  try {
    const { size } = parseCheckpoint(note);
    const known = [...keys.ranges.map(({ publicKey }) => publicKey), ...trusted];
    const checkpoint = readCheckpoint(note, { origin, publicKeys: known });
    // Behind a damaged place or the end, a key may be in force that the lines do not show.
    const inForce =
      size <= walk.intactSize
        ? keys.at(size)
        : known.filter((key) => keys.limits.covers(keyIdOf(key), size));
    if (!isSignedBy(note, origin, inForce)) {
      findings.add('KEY_RANGE', `${name}: its key was not in force at that size.`);
    }
    return checkpoint;
  } catch (error) {
    if (!(error instanceof AuditTamperedError)) throw error;
    findings.add(error.finding, `${name}: ${error.explanation}`);
    return undefined;
  }
}

function isSignedBy(note: string, origin: string, publicKeys: readonly KeyObject[]): boolean {
  try {
    readCheckpoint(note, { origin, publicKeys });
    return true;
  } catch {
    return false;
  }
}
