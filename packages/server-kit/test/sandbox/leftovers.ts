import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** What sandboxes may leave on the host, counted. */
export const nothingLeft = {
  /** What is there now of each kind. */
  count() {
    return {
      processes: processes().filter((pid) => isDescendant(pid)).length,
      groups: groups().length,
      mounts: hostMounts().length,
      descriptors: readdirSync('/proc/self/fd').length,
      files: ['/dev/shm', tmpdir()]
        .flatMap(names)
        .filter((name) => name.startsWith(`ide-assistant-run-${process.pid}-`)).length,
    };
  },

  /**
   * Processes that have this directory of the host mounted as their workspace, and whose command
   * line matches.
   */
  processesAt(workspace: string, commandLine = /(?:)/): number[] {
    return processes().filter((pid) => {
      const mounted = read(`/proc/${pid}/mountinfo`).includes(`${workspace} /workspace `);
      return mounted && commandLine.test(read(`/proc/${pid}/cmdline`)) && !isShell(pid);
    });
  },
};

/** The shell around a program carries its command line, too. */
function isShell(pid: number): boolean {
  try {
    return /\/(?:dash|bash|sh|bwrap)$/.test(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return false;
  }
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function isDescendant(pid: number): boolean {
  for (let at = pid; at > 1;) {
    const stat = read(`/proc/${at}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent === process.pid) return true;
    at = Number.isNaN(parent) ? 0 : parent;
  }
  return false;
}

function groups(): string[] {
  return readdirSync('/sys/fs/cgroup')
    .flatMap((tree) => names(`/sys/fs/cgroup/${tree}`))
    .filter((name) => name.startsWith(`ide-assistant-${process.pid}-`));
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** What is mounted, without what the Docker daemons of other tests mount meanwhile. */
export function hostMounts(): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => !line.includes(` ${tmpdir()}/dockerd-`));
}

/** A process may end between being listed and being looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
