import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { docker } from '../../src/sandbox/drivers/docker/docker.ts';
import { bubblewrap, sessionOwner, type SandboxDriver } from '../../src/sandbox/index.ts';
import { attacks, breachOf, programOf, type Target } from './attacks.ts';

// A server of its own, so that it can run as another user and inherit a descriptor. Prints the
// capabilities and then one line of JSON for each attack. Its arguments are a secret, the name of a
// driver and what that driver needs.

const [secret = '', driverName = '', ...driverOptions] = process.argv.slice(2);
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const base = mkdtempSync(join(tmpdir(), 'attacks-'));
chmodSync(base, 0o755);
const workspaceOf = (sessionId: string): string => {
  const root = join(base, sessionId);
  const owner = sessionOwner(sessionId);
  mkdirSync(root, { mode: 0o700 });
  if (owner !== undefined) chownSync(root, owner.uid, owner.gid);
  return root;
};
const workspace = workspaceOf('mine');
const otherFile = join(workspaceOf('theirs'), 'secret.txt');
const hostFile = join(base, 'host.txt');
for (const file of [otherFile, hostFile]) writeFileSync(file, secret, { mode: 0o644 });

const socketPath = join(base, 'host.sock');
const abstractSocket = `host-${randomUUID()}`;
const servers = [0, socketPath, `\0${abstractSocket}`].map((where) => {
  const server = createServer((socket) => socket.end('reached'));
  return typeof where === 'number' ? server.listen(where, '127.0.0.1') : server.listen(where);
});
await Promise.all(servers.map((server) => once(server, 'listening')));
const address = servers[0]?.address();
const tcpPort = typeof address === 'object' && address !== null ? address.port : 0;

const created = execFileSync('ipcmk', ['-M', '4096', '-p', '0666'], { encoding: 'utf8' });
const sharedMemory = Number(/\d+/.exec(created)?.[0]);

// A key of the server's user, whose name a program is not to learn.
const addKey = process.arch === 'arm64' ? 217 : 248;
execFileSync('python3', [
  '-c',
  `import ctypes; ctypes.CDLL(None).syscall(${addKey}, b"user", b"attacked", b"x", 1, -4)`,
]);

const wanted = process.env['IDE_ATTACKS']?.split(';');
/** An attack that goes on for so long has got what it wanted, milliseconds. */
const patienceMs = wanted ? 6_000 : 15_000;
const chosen = attacks.filter(({ name }) => wanted?.includes(name) ?? true);

const drivers: Record<string, (...options: string[]) => SandboxDriver> = {
  bubblewrap: (cgroups) => bubblewrap({ cgroups: cgroups === 'cgroups' }),
  docker: (socketPath = '', image = '') => docker({ socketPath, image }),
};
const driver = drivers[driverName]?.(...driverOptions);
if (driver === undefined) throw new TypeError(`There is no driver ${driverName}.`);
const probe = await driver.probe();
print(probe);
if (probe.usable) {
  await using sandbox = await driver.open({ sessionId: 'mine', workspace: { root: workspace } });
  const { protections } = probe.capabilities;
  for (const attack of chosen) {
    const { limits, name, needs } = attack;
    if (needs !== undefined && !wanted && protections[needs].level !== 'enforced') {
      print({ name, breach: null, untried: needs });
      continue;
    }
    const target: Target = {
      ...{ hostFile, otherFile, workspace, secret, tcpPort, socketPath, abstractSocket },
      serverPid: process.pid,
      hostName: hostname(),
      sharedMemory,
      marker: `marker-${randomUUID()}`,
    };
    const code = programOf(attack, target);
    const running = sandbox.run({
      language: 'python',
      code,
      args: [target.marker],
      ...(limits && { limits }),
    });
    const outcome = await Promise.race([running, delay(patienceMs, null, { ref: false })]);
    const breach = outcome ? breachOf(attack, outcome, target) : 'it did not end';
    print({ name, breach: breach ?? null });
    // Nothing after it would be told from what this one still does.
    if (outcome === null) process.exit();
    // Node cannot remove what is nested beyond the longest path.
    execFileSync('find', [workspace, '-mindepth', '1', '-delete']);
  }
}
execFileSync('ipcrm', ['-m', String(sharedMemory)]);
for (const server of servers) server.close();
rmSync(base, { recursive: true, force: true });
