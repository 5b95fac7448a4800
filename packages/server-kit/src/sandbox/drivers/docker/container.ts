import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { codeDirectory, workspaceDirectory, type DataFile } from '../../places.ts';
import type { Scratch } from '../../scratch.ts';
import type { Owner } from '../../session-owner.ts';
import { containerLimits, containerOptions, type ContainerSpec } from './container-options.ts';
import { answered, isBeingRemoved, isNotFound, type Engine } from './engine.ts';
import { createFrameReader } from './frames.ts';
import { runScript, runScriptPath } from './run-script.ts';
import { readFacts, wardenScript, wardenScriptPath, type ContainerFacts } from './warden-script.ts';

/** A running container, lent to one program at a time. */
export interface Container {
  readonly id: string;
  /** Equal for containers that are equal for a program, as {@link containerKey} gives it. */
  readonly key: string;
  /** Whether it was still running when last heard of. */
  isAlive(): boolean;
  /** Asks the warden. */
  facts(): Promise<ContainerFacts>;
  /** Process id of its first process where the daemon is. */
  hostPid(): Promise<number>;
  /** Puts the files of the next program in the place of those of the last. */
  putFiles(files: readonly DataFile[]): Promise<void>;
  /** Prepares a command that runs as the session's user. */
  exec(options: Docker.ExecCreateOptions): Promise<Docker.Exec>;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /**
   * Kills all that runs inside and removes it; once, whoever asks.
   * @throws when the daemon did not do so; then it may be asked again.
   */
  destroy(): Promise<void>;
}

/** What {@link startContainer} needs beside the daemon. */
export interface StartContainerOptions extends Omit<ContainerSpec, 'files'> {
  key: string;
  /** Who runs the programs. */
  owner: Owner;
  scratch: Scratch;
}

/**
 * What a container fixes when it is made, as a text to compare: limits, and the very directory that
 * is the workspace. One that takes its name later is not what the container shows.
 */
export async function containerKey(
  limits: ContainerSpec['limits'],
  workspace: string,
): Promise<string> {
  const { dev, ino, birthtimeNs } = await stat(workspace, { bigint: true });
  return [...containerLimits.map((name) => limits[name]), dev, ino, birthtimeNs].join();
}

/**
 * Makes and starts a container.
 * @throws what the daemon says when it does not.
 */
export async function startContainer(
  engine: Engine,
  options: StartContainerOptions,
): Promise<Container> {
  const { scratch, owner } = options;
  const files = scratch.put(ownFiles(owner), owner);
  let made: Docker.Container | undefined;
  const remove = async (): Promise<void> => {
    if (made !== undefined) await removeContainer(made);
    await scratch.remove(files);
  };
  try {
    const container = await answered(
      engine.createContainer(containerOptions({ ...options, files })),
    );
    made = container;
    const attach = { stream: true, hijack: true, stdin: true, stdout: true };
    const stream = (await answered(container.attach(attach))) as Duplex;
    const warden = talkTo(stream);
    await answered(container.start());
    await answered(warden.ask()).catch((cause: unknown) => {
      throw new Error('The program /bin/sh did not start.', { cause });
    });
    return containerOf(container, warden, {
      key: options.key,
      async putFiles(next) {
        await rm(join(files, codeDirectory), { recursive: true, force: true });
        scratch.add(files, next);
      },
      remove,
      user: `${owner.uid}:${owner.gid}`,
    });
  } catch (error) {
    await remove().catch(() => undefined);
    throw error;
  }
}

/** What a container is made of in this process. */
interface Parts extends Pick<Container, 'key' | 'putFiles'> {
  remove: () => Promise<void>;
  user: string;
}

function containerOf(container: Docker.Container, warden: Warden, parts: Parts): Container {
  let destroying: Promise<void> | undefined;
  return {
    id: container.id,
    key: parts.key,
    isAlive: () => warden.isOpen(),
    facts: async () => readFacts(await answered(warden.ask())),
    hostPid: async () => (await answered(container.inspect())).State.Pid,
    putFiles: parts.putFiles,
    exec: (options) =>
      answered(container.exec({ ...options, User: parts.user, WorkingDir: workspaceDirectory })),
    pause: async () => void (await answered(container.pause())),
    unpause: async () => void (await answered(container.unpause())),
    destroy() {
      destroying ??= parts.remove().finally(() => warden.close());
      destroying.catch(() => {
        destroying = undefined;
      });
      return destroying;
    },
  };
}

/** The connection to a container's main program. */
interface Warden {
  /** Sends a line and gives the one that comes back. */
  ask(): Promise<string>;
  isOpen(): boolean;
  close(): void;
}

function talkTo(stream: Duplex): Warden {
  const waiting: PromiseWithResolvers<string>[] = [];
  let text = '';
  let open = true;
  const read = createFrameReader((_, bytes) => {
    text += bytes.toString('latin1');
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) waiting.shift()?.resolve(line);
  });
  stream.on('data', read);
  stream.on('error', () => stream.destroy());
  stream.on('end', () => stream.destroy());
  void once(stream, 'close').then(() => {
    open = false;
    for (const { reject } of waiting) reject(new Error('The container has ended.'));
  });
  return {
    ask() {
      const answer = Promise.withResolvers<string>();
      if (!open) answer.reject(new Error('The container has ended.'));
      waiting.push(answer);
      stream.write('\n');
      return answer.promise;
    },
    isOpen: () => open,
    close: () => stream.destroy(),
  };
}

/** Removes it by force; resolves when nothing of it runs. */
export async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await answered(container.remove({ force: true, v: true }));
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isBeingRemoved(error)) throw error;
    await answered(container.wait({ condition: 'removed' })).catch((gone: unknown) => {
      if (!isNotFound(gone)) throw gone;
    });
  }
}

/** What lies in every container: its scripts, and who its users are. */
function ownFiles({ uid, gid }: Owner): readonly DataFile[] {
  const home = workspaceDirectory;
  return [
    { path: wardenScriptPath, content: wardenScript },
    { path: runScriptPath, content: runScript },
    {
      path: '/etc/passwd',
      content:
        `root:x:0:0:root:/:/usr/sbin/nologin\nsandbox:x:${uid}:${gid}:sandbox:${home}:/bin/sh\n` +
        'nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
    },
    { path: '/etc/group', content: `root:x:0:\nsandbox:x:${gid}:\nnogroup:x:65534:\n` },
  ];
}
