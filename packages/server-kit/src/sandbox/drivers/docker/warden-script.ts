/** Path inside of the script that is a container's main program. */
export const wardenScriptPath = '/run/kit/warden.sh';

/**
 * For each line that the server sends, tells what goes on inside: how many processes there are
 * beside the container's own two, how often one was killed for memory, the processor time in
 * microseconds and the most memory at once. It is root without any capability, so no program can
 * end or mislead it; and since it ends when the server's connection does, a server that dies takes
 * its containers along.
 *
 * First it opens /tmp to all: the mount takes over what mode the image's own directory has.
 *
 * What it tells is built into the shell: where a program has made all the processes that there may
 * be, nothing could be started. Processes are read from `status`, where a name cannot hold a line
 * break, as it can in `stat`.
 */
export const wardenScript = `chmod 1777 /tmp 2>/dev/null
while read -r line; do
  left=0
  for process in /proc/[0-9]*; do
    case $process in /proc/1 | "/proc/$$") continue ;; esac
    state=
    while read -r key value; do
      [ "$key" = State: ] && state=$value && break
    done <"$process/status"
    case $state in '' | Z* | X*) ;; *) left=$((left + 1)) ;; esac
  done
  kills=0
  for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r $file ] || continue
    while read -r key value; do [ "$key" = oom_kill ] && kills=$value; done <$file
  done
  cpu=
  if [ -r /sys/fs/cgroup/cpu.stat ]; then
    while read -r key value; do [ "$key" = usage_usec ] && cpu=$value; done </sys/fs/cgroup/cpu.stat
  elif [ -r /sys/fs/cgroup/cpuacct/cpuacct.usage ]; then
    read -r cpu </sys/fs/cgroup/cpuacct/cpuacct.usage && cpu=$((cpu / 1000))
  fi
  peak=
  for file in /sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes; do
    [ -r $file ] && read -r peak <$file
  done
  echo "$left $kills \${cpu:--} \${peak:--}"
done 2>/dev/null
`;

/** What the warden tells of a container. */
export interface ContainerFacts {
  /** Processes that programs have left. */
  processes: number;
  /** Processes that were killed for memory since the container was made. */
  outOfMemoryKills: number;
  /** Processor time since then, milliseconds; absent where nothing counts it. */
  cpuMs?: number;
  /** Most memory at once since then, bytes; absent where nothing counts it. */
  peakBytes?: number;
}

/** Reads one line of the warden. */
export function readFacts(line: string): ContainerFacts {
  const [processes, outOfMemoryKills, cpu, peak] = line.trim().split(' ').map(Number);
  const known = (value: number | undefined): value is number => Number.isFinite(value);
  return {
    processes: processes ?? Number.NaN,
    outOfMemoryKills: outOfMemoryKills ?? Number.NaN,
    ...(known(cpu) && { cpuMs: cpu / 1_000 }),
    ...(known(peak) && { peakBytes: peak }),
  };
}
