import type { InterpreterName } from '../../languages.ts';

/** How the interpreters are called; where they lie is for the image to say. */
export const interpreterCommands: Record<InterpreterName, string> = {
  python: 'python3',
  node: 'node',
  bash: 'bash',
};

/** File of the probe's code directory, which holds a word that only this probe knows. */
export const probeFilePath = '/run/code/probe';

/** File of the workspace into which the probe copies that word. */
export const probeCopyName = 'probe';

/** Files that tell the limits of a control group, of either version. */
export const limitFiles = [
  'memory.max',
  'memory.swap.max',
  'pids.max',
  'cpu.max',
  'memory/memory.limit_in_bytes',
  'memory/memory.memsw.limit_in_bytes',
  'pids/pids.max',
  'cpu/cpu.cfs_quota_us',
] as const;

/**
 * Prints what a program inside can see and do, as `@section` lines followed by facts. `$1` is a
 * path that exists on the host and must not exist here. An image need have nothing but a shell.
 */
export const probeScript = `
show() { while IFS= read -r line; do echo "$line"; done <"$1"; }
echo '@status'; show /proc/self/status
echo '@limits'; show /proc/self/limits
echo '@interfaces'; show /proc/net/dev
echo '@processes'; for p in /proc/[0-9]*; do echo "$p"; done
echo '@host'; if [ -e "$1" ]; then echo "$1"; fi
echo '@writable'; for d in / /usr /etc /dev /run /run/kit /sys /proc/sys/kernel; do
  if ( : >"$d/probe" ) 2>/dev/null; then echo "$d"; fi
done
echo '@copied'; if ( show ${probeFilePath} >${probeCopyName} ) 2>/dev/null; then echo yes; fi
echo '@groups'; for f in ${limitFiles.join(' ')}; do
  if [ -r "/sys/fs/cgroup/$f" ]; then read -r value rest <"/sys/fs/cgroup/$f"; echo "$f $value"; fi
done
for i in ${Object.values(interpreterCommands).join(' ')}; do
  path=$(command -v "$i") || continue
  echo "@$i"; echo "$path"; "$path" --version 2>&1
done
echo '@end'
`;

/** Reads what the script printed. */
export function parseSections(text: string): (name: string) => string {
  const sections = new Map<string, string>();
  for (const section of text.split(/^@/m).slice(1)) {
    const end = section.indexOf('\n');
    sections.set(section.slice(0, end), section.slice(end + 1));
  }
  // A last section that is empty still stands for its own end.
  return (name) => sections.get(name) ?? '';
}
