import type { InterpreterName } from '../../languages.ts';
import type { SandboxLimits } from '../../limits.ts';
import type { ProgramSpec } from '../../program.ts';
import type { RunFiles } from './run-files.ts';
import { descriptors, feed, holdServer, type WaitingShell } from './waiting-shell.ts';

/** An interpreter inside its own sandbox that waits for one program. */
export interface WarmInterpreter {
  sandbox: WaitingShell;
  /** Where its program is put. */
  files: RunFiles;
}

/** What a session's sandbox tells of itself. */
export interface WarmSource {
  /** Starts one; `undefined` when that interpreter cannot wait. */
  start(interpreter: InterpreterName): WarmInterpreter | undefined;
  /** Ends one that is not needed. */
  end(warm: WarmInterpreter): Promise<void>;
}

/**
 * Interpreters that were started ahead, over all sessions of a driver: for each session at most one
 * of each kind, used once. So nothing is carried from one run to the next.
 */
export interface WarmInterpreters {
  /** Takes one that still lives. */
  take(source: WarmSource, interpreter: InterpreterName): WarmInterpreter | undefined;
  /** Starts one if there is none; when there are too many, the one that waited longest ends. */
  prepare(source: WarmSource, interpreter: InterpreterName): void;
  /** Ends those of a session. */
  clear(source: WarmSource): Promise<void>;
}

interface Place {
  source: WarmSource;
  interpreter: InterpreterName;
  warm: WarmInterpreter;
}

/** @param most how many there may be in all. */
export function createWarmInterpreters(most: number): WarmInterpreters {
  let places: Place[] = [];
  const ending = new Set<Promise<void>>();

  const end = ({ source, warm }: Place): void => {
    const gone = source.end(warm).finally(() => ending.delete(gone));
    ending.add(gone);
  };
  const isOf = (place: Place, source: WarmSource, interpreter: InterpreterName): boolean =>
    place.source === source && place.interpreter === interpreter;

  return {
    take(source, interpreter) {
      const place = places.find((one) => isOf(one, source, interpreter));
      if (place === undefined) return undefined;
      places = places.filter((one) => one !== place);
      const { child } = place.warm.sandbox;
      if (child.exitCode !== null || child.signalCode !== null) {
        end(place);
        return undefined;
      }
      holdServer(place.warm.sandbox, true);
      return place.warm;
    },
    prepare(source, interpreter) {
      if (most < 1 || places.some((one) => isOf(one, source, interpreter))) return;
      const warm = source.start(interpreter);
      if (warm === undefined) return;
      holdServer(warm.sandbox, false);
      places.push({ source, interpreter, warm });
      if (places.length > most) end(places.shift()!);
    },
    async clear(source) {
      for (const place of places) if (place.source === source) end(place);
      places = places.filter((one) => one.source !== source);
      await Promise.allSettled(ending);
    },
  };
}

/** Limits that an interpreter takes on when it starts; the others are the server's to hold. */
const fixedAtStart = [
  'memoryBytes',
  'cpus',
  'cpuSeconds',
  'pids',
  'openFiles',
  'fileBytes',
  'tmpBytes',
] as const satisfies readonly (keyof SandboxLimits)[];

/** Whether an interpreter that was started with some limits may run what is to have others. */
export function mayRunUnder(wanted: SandboxLimits, started: SandboxLimits): boolean {
  return fixedAtStart.every((name) => wanted[name] === started[name]);
}

/** Tells a waiting interpreter what it is to run. */
export function order(warm: WarmInterpreter, { files, order: what }: ProgramSpec): void {
  warm.files.add(files);
  feed(warm.sandbox, descriptors.control, JSON.stringify(what));
}
