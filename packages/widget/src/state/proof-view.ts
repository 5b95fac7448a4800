/** The readable head of a checkpoint. */
export interface Checkpoint {
  /** Which log speaks. */
  origin: string;
  /** Number of entries it has signed for. */
  size: string;
  /** Root of its tree, base64. */
  root: string;
}

/**
 * Reads the first three lines of a signed note.
 * @see https://c2sp.org/tlog-checkpoint
 */
export function readCheckpoint(note: string): Checkpoint | null {
  const [origin, size, root] = note.split('\n');
  if (!origin || !size || !root || !/^\d+$/.test(size)) return null;
  return { origin, size, root };
}
