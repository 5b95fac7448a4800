import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Settings } from './settings.ts';

const programs = [
  { file: '/usr/bin/bwrap', package: 'bubblewrap' },
  { file: '/usr/bin/python3', package: 'python3' },
] as const;

/**
 * Installs what the sandbox needs where that takes no question, on a Debian-like system as root or
 * with sudo that asks for no password; otherwise says the one line that does it. JavaScript runs in
 * either case.
 */
export function provisionSandbox(
  { mayInstall }: Pick<Settings, 'mayInstall'>,
  say: (line: string) => void,
): void {
  const missing = programs.filter(({ file }) => !existsSync(file)).map((entry) => entry.package);
  if (missing.length === 0 || process.platform !== 'linux') return;
  const prefix = installPrefix();
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!mayInstall || prefix === null || !existsSync('/usr/bin/apt-get')) {
    say(
      `Only JavaScript can be run: ${missing.join(' and ')} missing. Mend it by: sudo ${command}`,
    );
    return;
  }
  say(`Installing ${missing.join(' and ')} for the sandbox (IDE_NO_INSTALL=1 forbids this) …`);
  const [program, ...before] = [...prefix, 'apt-get'];
  const run = (args: readonly string[]) =>
    spawnSync(program, [...before, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  run(['update', '-qq']);
  const { status } = run(command.split(' ').slice(1));
  if (status !== 0) say(`That failed, so only JavaScript can be run. By hand: sudo ${command}`);
}

/** What to put before apt-get; null when it would need a password. */
function installPrefix(): readonly string[] | null {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
    ? ['sudo', '-n']
    : null;
}
