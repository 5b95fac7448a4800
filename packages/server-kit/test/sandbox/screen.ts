import type { Sandbox, Terminal, TerminalOptions } from '../../src/sandbox/index.ts';

/** A terminal with what it has shown so far. */
export interface Screen {
  terminal: Terminal;
  /** Resolves when this has been shown since the last call of `type`. */
  shows(what: RegExp): Promise<string>;
  /** Types a line, forgetting what was shown before. */
  type(line: string): void;
}

/** A terminal that shows nothing for so long will not any more, milliseconds. */
const patienceMs = 20_000;

/** Opens a terminal and waits for its prompt. */
export async function openScreen(
  sandbox: Sandbox,
  options: Partial<TerminalOptions> = {},
): Promise<Screen> {
  let shown = '';
  let check: () => void = () => undefined;
  const terminal = await sandbox.openTerminal({
    cols: 80,
    rows: 24,
    ...options,
    onOutput(text) {
      shown += text;
      check();
      return options.onOutput?.(text);
    },
  });
  const screen: Screen = {
    terminal,
    shows(what) {
      return new Promise((resolve, reject) => {
        const fail = (why: string): void =>
          reject(new Error(`${why} and never showed ${what}: ${JSON.stringify(shown)}`));
        const timer = setTimeout(() => fail('The terminal waited'), patienceMs);
        void terminal.ended.then(({ reason }) => fail(`The terminal ended (${reason})`));
        check = () => {
          if (!what.test(shown)) return;
          clearTimeout(timer);
          resolve(shown);
        };
        check();
      });
    },
    type(line) {
      shown = '';
      terminal.write(line);
    },
  };
  await screen.shows(/[$#] $/);
  return screen;
}
