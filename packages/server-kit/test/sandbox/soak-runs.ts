import { parseArgs } from 'node:util';
import { bubblewrap } from '../../src/sandbox/index.ts';
import { nothingLeft } from './leftovers.ts';
import { openSandbox, type OpenedSandbox } from './support.ts';

/*
 * Runs many programs of every kind, twenty at a time, in sessions that are opened and closed, and
 * then counts what is left on the host. Prints one line of JSON:
 *
 *   node soak-runs.ts --seed 7 --requests 200
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    cgroups: { type: 'string', default: 'yes' },
  },
});
const runs = Number(values.requests);
const atOnce = 20;
const sessions = 10;

/** A small generator, so that a seed gives the same plays again: mulberry32 of Tommy Ettinger. */
let state = Number(values.seed);
const random = (): number => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const pick = <Item>(items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;

type Play = (opened: OpenedSandbox) => Promise<string | null>;
const expecting = (what: string, got: string): string | null => (got === what ? null : got);

const plays: Record<string, Play> = {
  python: async ({ run }) => expecting('3\n', (await run('python', 'print(1 + 2)')).stdout),
  node: async ({ run }) => expecting('3\n', (await run('javascript', 'console.log(1 + 2)')).stdout),
  bash: async ({ run }) => expecting('3\n', (await run('bash', 'echo $((1 + 2))')).stdout),
  command: async ({ sandbox }) =>
    expecting('3\n', (await sandbox.run({ command: 'expr 1 + 2' })).stdout),
  timeout: async ({ run }) =>
    expecting(
      'timeout',
      (await run('python', 'while True: pass', { limits: { timeoutMs: 300 } })).reason,
    ),
  flood: async ({ sandbox }) =>
    expecting('output-limit', (await sandbox.run({ command: 'yes' })).reason),
  daemons: async ({ run }) =>
    expecting('0', String((await run('bash', '(setsid sleep 60 &) ; sleep 60 & exit 0')).exitCode)),
  cancelled: async ({ run }) => {
    const stop = new AbortController();
    const running = run('python', 'print("begun", flush=True)\nwhile True: pass', {
      signal: stop.signal,
      onOutput: () => stop.abort(),
    });
    return expecting('cancelled', (await running).reason);
  },
  terminal: async ({ sandbox }) => {
    let shown = '';
    const terminal = await sandbox.openTerminal({
      cols: 80,
      rows: 24,
      onOutput: (text) => void (shown += text),
    });
    terminal.write('(setsid sleep 60 &); exit 3\r');
    const { exitCode } = await terminal.ended;
    return exitCode === 3 ? null : `a terminal that ended with ${exitCode}: ${shown}`;
  },
  paused: async ({ sandbox }) => {
    await sandbox.pause();
    return expecting('3\n', (await sandbox.run({ command: 'echo 3' })).stdout);
  },
};

const driver = bubblewrap({ cgroups: values.cgroups === 'yes' });
await driver.probe();
const before = nothingLeft.count();
const violations: string[] = [];
const figures: Record<string, number> = {};
const opened = await Promise.all(Array.from({ length: sessions }, () => openSandbox(driver)));
let begun = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (begun < runs) {
      begun += 1;
      const name = pick(Object.keys(plays));
      const place = Math.floor(random() * sessions);
      const wrong = await plays[name]?.(opened[place] as OpenedSandbox).catch(
        (error: unknown) => `${name} failed: ${String(error)}`,
      );
      figures[name] = (figures[name] ?? 0) + 1;
      if (wrong) violations.push(`${name} gave ${wrong}`);
    }
  }),
);
for (const one of opened) await one[Symbol.asyncDispose]();
const after = nothingLeft.count();
for (const kind of Object.keys(before) as (keyof typeof before)[]) {
  if (after[kind] !== before[kind]) {
    violations.push(`${after[kind] - before[kind]} ${kind} are left`);
  }
}
console.log(JSON.stringify({ violations, figures: { runs: begun, ...figures } }));
process.exitCode = violations.length === 0 ? 0 : 1;
