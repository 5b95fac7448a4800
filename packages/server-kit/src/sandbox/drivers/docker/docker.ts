import { randomUUID } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { KitError } from '../../../errors.ts';
import type { SandboxDriver, WorkspaceMount } from '../../sandbox.ts';
import { openScratch, type Scratch } from '../../scratch.ts';
import { releaseSessionOwner, sessionOwner, type Owner } from '../../session-owner.ts';
import { connect, defaultSocketPath } from './engine.ts';
import { explainFailure } from './failure.ts';
import { openSandbox } from './open-sandbox.ts';
import { probeSetup, type Probed } from './probe.ts';
import { inspectImage } from './setup.ts';
import { sweepContainers } from './sweep.ts';

/** Options of {@link docker}. */
export interface DockerOptions {
  /**
   * Name of the image in which programs run. It needs `/bin/sh`; python3, node and bash are found
   * in its `PATH`, and those that it has give the languages. Its entry point, environment, user and
   * volumes are not used.
   */
  image: string;
  /**
   * Path of the daemon's socket. The daemon must see this server's files under the same paths.
   * @default the path in DOCKER_HOST, else /var/run/docker.sock
   */
  socketPath?: string;
  /** Name of an OCI runtime that the daemon knows, as `runsc`. @default the daemon's own default */
  runtime?: string;
  /** Whether an image that is not there is fetched when the driver is tried. @default false */
  pull?: boolean;
  /**
   * Most containers of one session. A terminal has one to itself, and so has each of the programs
   * that run at once; what comes then waits. All but one may hold terminals.
   * @default 4
   */
  containersPerSession?: number;
  /**
   * Directory for the files of runs, which are shown inside read-only. Where the server runs in a
   * container itself, it must be one that lies under the same path on the host.
   * @default the system's directory for temporary files
   */
  filesDirectory?: string;
}

/**
 * Runs programs in containers of a Docker daemon on this machine: one container per session, and
 * further ones while it is in use. Needs the package dockerode.
 *
 * Whoever may use Docker's socket is as good as root on its host, so this driver is only taken
 * when it is named in `sandbox.drivers`.
 */
export function docker(options: DockerOptions): SandboxDriver {
  const { filesDirectory } = options;
  let probed: Promise<Probed> | undefined;
  let scratch: Scratch | undefined;
  let open = 0;
  const probeOnce = (): Promise<Probed> => (probed ??= probe(options));
  return {
    name: 'docker',
    probe: async () => (await probeOnce()).result,
    async open({ sessionId, workspace, limits }) {
      const { result, setup } = await probeOnce();
      if (!result.usable || setup === undefined) {
        const { reason, fix } = result.usable ? { reason: 'It was not set up.' } : result;
        throw new KitError('SANDBOX_UNAVAILABLE', fix === undefined ? reason : `${reason} ${fix}`);
      }
      const root = realpathSync(workspace.root);
      const owner = ownerOf(sessionId, workspace);
      requireOwner(root, owner);
      scratch ??= openScratch(filesDirectory ?? tmpdir());
      const files = scratch;
      open += 1;
      return openSandbox(setup, files, {
        sessionId,
        workspace: root,
        owner,
        limits,
        languages: result.capabilities.languages,
        async onClosed() {
          open -= 1;
          if (open > 0) return;
          // The next sandbox gets a place of its own, for this one is still being cleared then.
          scratch = undefined;
          await files.close();
        },
      });
    },
  };
}

async function probe(options: DockerOptions): Promise<Probed> {
  const { image, socketPath = defaultSocketPath(), runtime, pull = false } = options;
  const { containersPerSession = 4, filesDirectory = tmpdir() } = options;
  const probeId = `probe-${randomUUID()}`;
  const scratch = openScratch(filesDirectory);
  try {
    const owner = ownerOf(probeId, {});
    const engine = await connect(socketPath);
    const facts = await inspectImage(engine, image, { pull });
    await sweepContainers(engine);
    const setup = { engine, image: facts, runtime, containersPerSession, interpreters: new Map() };
    return await probeSetup(setup, scratch, owner, filesDirectory);
  } catch (error) {
    return { result: { usable: false, ...explainFailure(error, image) } };
  } finally {
    await scratch.close();
    releaseSessionOwner(probeId);
  }
}

/**
 * Who runs a session's programs: its own user where the server is root, else the server's.
 * @throws {@link KitError} `WORKSPACE_OWNER` when that would be root.
 */
function ownerOf(sessionId: string, { owner: wanted }: Pick<WorkspaceMount, 'owner'>): Owner {
  const own = sessionOwner(sessionId);
  // Docker on Windows shows files as whoever looks at them wants them.
  const self = { uid: process.getuid?.() ?? 1_000, gid: process.getgid?.() ?? 1_000 };
  const owner = own === undefined ? self : (wanted ?? own);
  if (owner.uid !== 0) return owner;
  throw new KitError(
    'WORKSPACE_OWNER',
    'Programs never run as root: give the workspace to another user.',
  );
}

/** Fails early and clearly where a run would only say that it may not write. */
function requireOwner(root: string, { uid }: Owner): void {
  if (process.getuid?.() !== 0 || statSync(root).uid === uid) return;
  throw new KitError(
    'WORKSPACE_OWNER',
    `The workspace must belong to the session's user ${uid}: create it with sessionOwner().`,
  );
}
