import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { processesWith } from './attacks.ts';
import { killSandbox } from '../../src/sandbox/drivers/bubblewrap/run.ts';
import type { BubblewrapSetup } from '../../src/sandbox/drivers/bubblewrap/setup.ts';
import {
  descriptors,
  feed,
  startWaitingShell,
} from '../../src/sandbox/drivers/bubblewrap/waiting-shell.ts';

const setup = { inherited: [], cgroups: undefined } as unknown as BubblewrapSetup;

/**
 * Stands for bubblewrap in the moment in which its first process has a session of its own and has
 * not asked yet to end with its parent.
 */
const inThatMoment = `setsid sleep 86403.5 & echo "{\\"child-pid\\": $!}" >&${descriptors.status}; wait`;

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a sandbox that is killed while it starts leaves nothing running, once it is known', async () => {
  const shell = startWaitingShell(setup, {} as never);
  feed(shell, descriptors.line, `${inThatMoment}\n`);
  await expect.poll(shell.firstProcess).toBeDefined();
  const pid = shell.firstProcess()?.pid ?? 0;
  expect(isRunning(pid)).toBe(true);

  const closed = once(shell.child, 'close');
  killSandbox(shell);
  await closed;
  expect(isRunning(pid)).toBe(false);
});

test('nor does one that is killed before it is known', async () => {
  const shell = startWaitingShell(setup, {} as never);
  const closed = once(shell.child, 'close');
  feed(shell, descriptors.line, `${inThatMoment}\n`);
  // What it tells arrives, but is read only after it was killed.
  const status = shell.child.stdio[descriptors.status] as NodeJS.ReadableStream;
  status.pause();
  await expect.poll(() => processesWith('86403.5').length).toBe(1);
  expect(shell.firstProcess()).toBeUndefined();

  killSandbox(shell);
  status.resume();
  await closed;
  expect(processesWith('86403.5')).toEqual([]);
});
