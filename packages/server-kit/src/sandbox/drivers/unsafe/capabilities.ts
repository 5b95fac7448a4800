import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';
import { languages } from '../../languages.ts';
import { protectionNames, type ProtectionName, type SandboxCapabilities } from '../../sandbox.ts';
import { canWatchMemory } from '../../memory-watchdog.ts';
import { shellOf, type HostInterpreters } from './host-interpreters.ts';

/** The line that replaces this driver by a sandbox. */
export const fix =
  process.platform === 'linux'
    ? 'apt-get install bubblewrap'
    : 'install Docker and put docker() before unsafe() in sandbox.drivers';

/** What the driver offers, and how little it protects from. */
export function capabilitiesOf(interpreters: HostInterpreters): SandboxCapabilities {
  return {
    driver: 'unsafe',
    isolation: 'none',
    languages: languages
      .filter(({ interpreter }) => interpreters.has(interpreter))
      .map(({ name }) => name),
    shell: shellOf(interpreters) !== undefined,
    terminal: false,
    pause: 'none',
    protections: protections(),
    warnings: [
      'There is no sandbox: programs run as plain processes and can read, change and send away ' +
        'whatever the server’s user can. Use this for development only.',
    ],
    fix,
  };
}

function protections(): Record<ProtectionName, ProtectionStatus> {
  const absent: ProtectionStatus = {
    level: 'absent',
    by: 'none',
    reason: 'Programs are plain processes of this machine.',
  };
  const none = Object.fromEntries(protectionNames.map((name) => [name, absent]));
  return {
    ...(none as Record<ProtectionName, ProtectionStatus>),
    ...(canWatchMemory() && {
      memory: {
        level: 'best-effort',
        by: 'watchdog',
        reason: 'Between two looks a program may take more than its share.',
      },
    }),
    output: { level: 'enforced', by: 'server' },
    time: {
      level: 'best-effort',
      by: 'SIGKILL of the process group',
      reason: 'A process that leaves its group runs on.',
    },
  };
}
