import { realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import type { Owner } from '../../session-owner.ts';

/**
 * Whether this user may walk to a path, by the modes of the directories above it. Access lists are
 * not looked at, so the answer may be a false no.
 */
export function isReachable(path: string, owner: Owner): boolean {
  let directory = dirname(realpathSync(path));
  for (;;) {
    if (!maySearch(statSync(directory), owner)) return false;
    if (directory === '/') return true;
    directory = dirname(directory);
  }
}

function maySearch({ mode, uid, gid }: Stats, owner: Owner): boolean {
  if (uid === owner.uid) return (mode & 0o100) !== 0;
  if (gid === owner.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
