import { hostLabel, labels } from './container-options.ts';
import { removeContainer } from './container.ts';
import { answered, type Engine } from './engine.ts';

/**
 * Removes containers of servers that are gone. They end by themselves when their server does, but
 * what is stopped stays in Docker's list, and what was paused goes on waiting.
 */
export async function sweepContainers(engine: Engine): Promise<void> {
  const filters = { label: [labels.server] };
  const found = await answered(engine.listContainers({ all: true, filters }));
  const left = found.filter(({ State, Labels }) => {
    if (State === 'exited' || State === 'dead') return true;
    const here = Labels[labels.host] === hostLabel();
    return here && !isAlive(Number(Labels[labels.server]));
  });
  // Another server may be sweeping, too.
  await Promise.allSettled(left.map(({ Id }) => removeContainer(engine.getContainer(Id))));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
