import { descendants } from '../../memory-watchdog.ts';
import type { BubblewrapSetup } from './setup.ts';
import type { WaitingShell } from './waiting-shell.ts';

/** Processes may be started while others are stopped; so often at most are the new ones sought. */
const rounds = 10;

/** Stops all processes of a sandbox, by its control group or else one by one. */
export async function freeze(setup: BubblewrapSetup, sandbox: WaitingShell): Promise<void> {
  if (sandbox.group && setup.cgroups?.controls.includes('freeze')) return sandbox.group.freeze();
  const { pid } = sandbox.child;
  if (pid === undefined) return;
  const stopped = new Set<number>();
  for (let round = 0; round < rounds; round++) {
    const running = descendants(pid).filter((one) => !stopped.has(one));
    if (running.length === 0) return;
    for (const one of running) {
      stopped.add(one);
      signal(one, 'SIGSTOP');
    }
  }
}

/** Lets them go on. */
export function thaw(setup: BubblewrapSetup, sandbox: WaitingShell): void {
  if (sandbox.group && setup.cgroups?.controls.includes('freeze')) {
    sandbox.group.thaw();
    return;
  }
  const { pid } = sandbox.child;
  if (pid === undefined) return;
  for (const one of descendants(pid)) signal(one, 'SIGCONT');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended between being found and being told.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
