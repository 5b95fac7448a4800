import { AssistantError, type Client, type Ide, type IdeState } from '@ide-assistant/sdk';
import { hashOf, ideState, openFile } from './samples.ts';

/** An `Ide` without a server: its state is set by the test, its calls are written down. */
export interface FakeIde extends Ide {
  /** Changes the state and tells the subscribers. */
  set(patch: Partial<IdeState>): void;
  /** Each call as its name and arguments. */
  readonly calls: readonly (readonly [name: string, ...args: unknown[]])[];
  /** Makes the next call of a method fail with this error. */
  failNext(name: string, error: Error): void;
}

/** Error of a refusal, as the client throws it. */
export function refusal(code: ConstructorParameters<typeof AssistantError>[0], message: string) {
  return new AssistantError(code, message);
}

/** Creates the fake with a state. */
export function createFakeIde(initial: Partial<IdeState> = {}): FakeIde {
  let state = ideState(initial);
  const listeners = new Set<(state: IdeState) => void>();
  const calls: [string, ...unknown[]][] = [];
  const failures = new Map<string, Error>();
  const set = (patch: Partial<IdeState>): void => {
    state = { ...state, ...patch };
    for (const listener of [...listeners]) listener(state);
  };
  const replies: Record<string, (...args: never[]) => unknown> = {
    openFile: (path: string) => set({ activePath: path }),
    activateFile: (path: string) => set({ activePath: path }),
    closeFile: (path: string) => set({ files: state.files.filter((file) => file.path !== path) }),
    saveFile: (path: string) => ({ path, size: 1, hash: hashOf('c') }),
    resolveConflict: () => openFile({ hash: hashOf('d') }),
    chat: () => ({ diffs: ['d_1'] }),
  };
  const synchronous = new Set([
    'activateFile',
    'closeFile',
    'setContent',
    'stopRun',
    'stopChat',
    'close',
  ]);
  const own = {
    get state() {
      return state;
    },
    calls,
    set,
    failNext: (name: string, error: Error) => void failures.set(name, error),
    subscribe(listener: (state: IdeState) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    client: { reconnect: () => calls.push(['reconnect']) } as unknown as Client,
  };
  return new Proxy(own, {
    get(target, name, receiver) {
      if (typeof name !== 'string' || name in target) return Reflect.get(target, name, receiver);
      return (...args: never[]) => {
        calls.push([name, ...args]);
        const failure = failures.get(name);
        failures.delete(name);
        if (synchronous.has(name)) return replies[name]?.(...args);
        return failure ? Promise.reject(failure) : Promise.resolve(replies[name]?.(...args));
      };
    },
  }) as unknown as FakeIde;
}
