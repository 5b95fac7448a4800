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
