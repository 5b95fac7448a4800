import { readdirSync, readFileSync } from 'node:fs';

const closeOnExec = 0o2000000;

/**
 * Descriptors that a child of this process would inherit, beside the standard three. Node opens its
 * own with close-on-exec, and marks a low, contiguous run of those it was started with; one beyond
 * a gap stays open in every child, and bubblewrap hands it on into the sandbox.
 */
export function inheritedDescriptors(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => descriptor > 2 && isInherited(descriptor));
}

function isInherited(descriptor: number): boolean {
  let info: string;
  try {
    info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
  } catch {
    // It was closed since the listing, as the listing's own descriptor was.
    return false;
  }
  const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? '0', 8);
  return (flags & closeOnExec) === 0;
}

// Descriptors belong to the process, not to a driver or a session, and so does what is known of
// them. Counted, since a number is given out again before whoever had it hears that it was closed.
const covered = new Map<number, number>();

/**
 * Keeps a descriptor that was opened without close-on-exec from the programs that are started while
 * it is open.
 * @returns to be called once it is closed.
 */
export function coverDescriptor(descriptor: number): () => void {
  covered.set(descriptor, (covered.get(descriptor) ?? 0) + 1);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    const left = (covered.get(descriptor) ?? 0) - 1;
    if (left > 0) covered.set(descriptor, left);
    else covered.delete(descriptor);
  };
}

/** The descriptors that are to be kept from programs at this moment. */
export function coveredDescriptors(): number[] {
  return [...covered.keys()];
}
