import { finished } from 'node:stream/promises';
import type { InterpreterName } from '../../languages.ts';
import type { InterpreterCommand } from '../../program.ts';
import type { Scratch } from '../../scratch.ts';
import type { Owner } from '../../session-owner.ts';
import { containerKey, startContainer, type Container } from './container.ts';
import { answered, isNotFound, type Engine } from './engine.ts';
import { createPool, type Pool } from './pool.ts';

/** What every sandbox of the driver needs of Docker. */
export interface DockerSetup {
  engine: Engine;
  image: ImageFacts;
  runtime: string | undefined;
  /** Most containers of one session. */
  containersPerSession: number;
  interpreters: ReadonlyMap<InterpreterName, InterpreterCommand>;
}

/** What an image brings along that a container must not show. */
export interface ImageFacts {
  id: string;
  volumes: readonly string[];
  /** Names of its environment variables. */
  variables: readonly string[];
}

/**
 * Looks an image up.
 * @param pull whether to fetch it when it is not there.
 * @throws what the daemon says when it is not there or cannot be fetched.
 */
export async function inspectImage(
  engine: Engine,
  name: string,
  { pull }: { pull: boolean },
): Promise<ImageFacts> {
  const look = async (): Promise<ImageFacts> => {
    const { Id, Config } = await answered(engine.getImage(name).inspect());
    // Parts of it are null rather than empty.
    const { Volumes, Env } = Config as {
      Volumes: Record<string, unknown> | null | undefined;
      Env: string[] | null | undefined;
    };
    return {
      id: Id,
      volumes: Object.keys(Volumes ?? {}),
      variables: (Env ?? []).map((entry) => entry.split('=')[0] ?? ''),
    };
  };
  try {
    return await look();
  } catch (error) {
    if (!pull || !isNotFound(error)) throw error;
    const progress = await engine.pull(name);
    // Read to its end, for only then the image is there; what it tells shows by looking again.
    await finished(progress.resume());
    return look();
  }
}

/** What one session brings. */
export interface SessionPlace {
  sessionId: string;
  /** Host path of the workspace. */
  workspace: string;
  owner: Owner;
}

/** The containers of a session. */
export function openPool(setup: DockerSetup, scratch: Scratch, place: SessionPlace): Pool {
  const { engine, image, runtime } = setup;
  return createPool({
    most: setup.containersPerSession,
    keyOf: (limits) => containerKey(limits, place.workspace),
    start: (limits, key): Promise<Container> =>
      startContainer(engine, {
        ...place,
        key,
        image: image.id,
        volumes: image.volumes,
        runtime,
        limits,
        scratch,
      }),
  });
}

/**
 * An environment as Docker takes it: what a program gets, and by bare names what it does not get
 * of the variables that the image and Docker would add.
 */
export function environmentOf(
  { image }: DockerSetup,
  variables: Readonly<Record<string, string>>,
): string[] {
  const others = [...image.variables, 'HOSTNAME', 'TERM'].filter((name) => !(name in variables));
  return [...Object.entries(variables).map(([name, value]) => `${name}=${value}`), ...others];
}
