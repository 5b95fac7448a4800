import type { SandboxLimits } from '../../limits.ts';
import { watchWorkspace } from '../../workspace-watch.ts';
import { deletedBytes } from '../../deleted-files.ts';
import { watchMemory } from '../../memory-watchdog.ts';
import type { BubblewrapSetup } from './setup.ts';
import type { WaitingShell } from './waiting-shell.ts';

/** What {@link watchRun} needs. */
export interface RunWatchOptions {
  limits: SandboxLimits;
  /** Host path of the workspace. */
  workspace: string;
  /** Called when the run has more than it may. */
  onExceeded: (reason: 'memory-limit' | 'disk-limit') => void;
}

/** What is watched while a sandbox runs. */
export interface RunWatch {
  stop(): void;
  /** Most memory that was seen, bytes; `undefined` where a control group counts it. */
  peakBytes(): number | undefined;
}

/** Watches what nothing in the kernel holds a run to. */
export function watchRun(
  setup: BubblewrapSetup,
  { child }: WaitingShell,
  { limits, workspace, onExceeded }: RunWatchOptions,
): RunWatch {
  const { pid } = child;
  const memory =
    setup.watched && pid !== undefined
      ? watchMemory({
          rootPid: pid,
          memoryBytes: limits.memoryBytes,
          onExceeded: () => onExceeded('memory-limit'),
        })
      : null;
  const stopDisk = watchWorkspace({
    root: workspace,
    diskBytes: limits.diskBytes,
    diskFiles: limits.diskFiles,
    ...(pid !== undefined && { hiddenBytes: (device) => deletedBytes(pid, device) }),
    onExceeded: () => onExceeded('disk-limit'),
  });
  return {
    stop() {
      memory?.stop();
      stopDisk();
    },
    peakBytes: () => memory?.peakBytes(),
  };
}
