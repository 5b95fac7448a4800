import { closeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';
import type { Terminal, TerminalEnd, TerminalOptions } from '../../sandbox.ts';
import { readExitStatus } from './exit-report.ts';
import { coverDescriptor } from './inherited-descriptors.ts';
import { launch, type LaunchSpec } from './launch.ts';
import type { PtyAddon } from './pty-addon.ts';
import { attempt, ended, killSandbox, unavailable } from './run.ts';
import type { BubblewrapSetup } from './setup.ts';
import type { WaitingShell } from './waiting-shell.ts';
import { watchRun } from './watch-run.ts';

/**
 * Starts a sandbox in a terminal of its own; resolves when something has appeared on its screen,
 * as a prompt does.
 * @param waiting started before the terminal was opened, so that it has inherited nothing of it.
 * @throws {@link RequestError} `sandbox_unavailable` when it did not start.
 */
export async function startTerminal(
  setup: BubblewrapSetup,
  addon: PtyAddon,
  waiting: WaitingShell,
  spec: Omit<LaunchSpec, 'terminal'>,
  { cols, rows, onOutput }: TerminalOptions,
): Promise<Terminal> {
  const { master, slave, pty } = attempt(() => addon.open(cols, rows));
  // The addon leaves both open in whatever is spawned while they last.
  const uncoverMaster = coverDescriptor(master);
  const uncoverSlave = coverDescriptor(slave);
  const screen = new ReadStream(master);
  const decoder = new StringDecoder('utf8');
  let slaveOpen = true;
  const releaseSlave = (): void => {
    if (slaveOpen) closeSync(slave);
    slaveOpen = false;
    uncoverSlave();
  };
  const shown = Promise.withResolvers<void>();
  let open = true;
  let endedFor: TerminalEnd['reason'] | undefined;

  const show = async (bytes: Buffer): Promise<void> => {
    shown.resolve();
    const text = decoder.write(bytes);
    const taken = text === '' ? undefined : onOutput(text);
    if (taken === undefined) return;
    screen.pause();
    // Whoever cannot take one piece is still given the next.
    await taken.catch(() => undefined);
    screen.resume();
  };
  screen.on('data', (bytes: Buffer) => void show(bytes));
  // When the last program that held the other end is gone, reading and writing fail with EIO.
  screen.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => screen.once('close', () => resolve()));

  const kill = (reason: TerminalEnd['reason']): void => {
    if (!open) return;
    endedFor ??= reason;
    killSandbox(waiting);
  };
  let complaint = '';
  waiting.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  waiting.child.stdout?.resume();
  waiting.child.stdin?.destroy();
  try {
    launch(setup, waiting, { ...spec, terminal: pty });
  } catch (error) {
    screen.destroy();
    releaseSlave();
    uncoverMaster();
    throw unavailable(error);
  }
  const watch = watchRun(setup, waiting, { ...spec, onExceeded: kill });

  const finish = async (): Promise<TerminalEnd> => {
    await ended(waiting);
    watch.stop();
    open = false;
    releaseSlave();
    if (endedFor === 'closed') screen.destroy();
    await gone;
    uncoverMaster();
    const exit = readExitStatus(waiting.status(), waiting.report());
    const outOfMemory = (waiting.group?.outOfMemoryKills() ?? 0) > 0;
    const killed = { exitCode: null, signal: 'SIGKILL' };
    if (endedFor !== undefined) return { ...killed, reason: endedFor };
    if (outOfMemory && exit?.exitCode !== 0) return { ...killed, reason: 'memory-limit' };
    return exit ? { ...exit, reason: 'exit' } : { ...killed, reason: 'error' };
  };
  const end = finish();
  await Promise.race([shown.promise, end.then(() => undefined)]);
  // Kept open until a program had it, or the first read would have found nobody at the other end.
  releaseSlave();
  if (!open && waiting.firstProcess() === undefined) throw unavailable(new Error(complaint.trim()));
  return {
    ended: end,
    write(data) {
      if (open) screen.write(data);
    },
    resize(newCols, newRows) {
      if (open) addon.resize(master, newCols, newRows);
    },
    async close() {
      kill('closed');
      await end;
    },
  };
}
