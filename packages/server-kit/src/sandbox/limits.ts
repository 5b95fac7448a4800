import { defaultLimits } from '@ide-assistant/sdk/protocol';
import { KitError } from '../errors.ts';

/** Bounds of one run. */
export interface SandboxLimits {
  /** Longest wall time, milliseconds. @default 10_000 */
  timeoutMs: number;
  /**
   * Most memory of the run's processes together, bytes. Node starts with about 60 MiB and numpy
   * with about 40 MiB, so the default leaves room for a real program.
   * @default 268_435_456 (256 MiB)
   */
  memoryBytes: number;
  /** Most processors that the run's processes use together; fractions are allowed. @default 1 */
  cpus: number;
  /**
   * Most processor time of any one process, seconds. @default 20, or what `cpus` give in the
   * sandbox's `timeoutMs` if that is more
   */
  cpuSeconds: number;
  /** Most processes and threads at once; Node alone has eleven threads. @default 64 */
  pids: number;
  /** Most open files of one process. @default 256 */
  openFiles: number;
  /** Largest single file, bytes. @default 67_108_864 (64 MiB) */
  fileBytes: number;
  /** Most bytes of the workspace as a whole. @default 1_073_741_824 (1 GiB) */
  diskBytes: number;
  /** Most files and directories in the workspace. @default 100_000 */
  diskFiles: number;
  /** Size of `/tmp`, bytes; `/dev/shm` gets a quarter of it. @default 67_108_864 (64 MiB) */
  tmpBytes: number;
  /** Output kept of one run, stdout and stderr together, bytes. @default 51_200 */
  outputBytes: number;
}

/** The limits of a run for which nobody asked otherwise. */
export const defaultSandboxLimits: SandboxLimits = {
  timeoutMs: defaultLimits.execution_ms,
  memoryBytes: 268_435_456,
  cpus: 1,
  cpuSeconds: 20,
  pids: 64,
  openFiles: 256,
  fileBytes: 67_108_864,
  diskBytes: 1_073_741_824,
  diskFiles: 100_000,
  tmpBytes: 67_108_864,
  outputBytes: defaultLimits.output_bytes,
};

/**
 * Lays partial limits over one another, the later ones winning.
 * @throws {@link KitError} `INVALID_LIMIT` for a limit that is not a positive whole number; `cpus`
 * may be any positive number.
 */
export function resolveLimits(
  ...layers: readonly (Partial<SandboxLimits> | undefined)[]
): SandboxLimits {
  const limits = { ...defaultSandboxLimits };
  for (const layer of layers) {
    for (const name of Object.keys(limits) as (keyof SandboxLimits)[]) {
      const value = layer?.[name];
      if (value === undefined) continue;
      const valid =
        name === 'cpus'
          ? Number.isFinite(value) && value > 0
          : Number.isSafeInteger(value) && value >= 1;
      if (!valid) {
        throw new KitError(
          'INVALID_LIMIT',
          `Sandbox limit ${name} is ${value}; give a ${name === 'cpus' ? 'number above 0' : 'whole number of at least 1'}.`,
        );
      }
      limits[name] = value;
    }
  }
  // A run that may last longer is not ended before its time by a limit that nobody has set. That one
  // run is to be shorter makes no difference: interpreters are started before their run is known.
  if (layers.every((layer) => layer?.cpuSeconds === undefined)) {
    const longestMs = Math.max(...layers.map((layer) => layer?.timeoutMs ?? 0));
    const usable = Math.ceil((longestMs / 1_000) * limits.cpus);
    limits.cpuSeconds = Math.max(limits.cpuSeconds, usable);
  }
  return limits;
}
