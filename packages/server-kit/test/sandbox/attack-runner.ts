import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bubblewrap, sessionOwner } from '../../src/sandbox/index.ts';
import { attacks, breachOf, programOf, type Target } from './attacks.ts';

// A server of its own, so that it can run as another user and inherit a descriptor. Prints the
// capabilities and then one line of JSON for each attack.

const [cgroups, secret = ''] = process.argv.slice(2);
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

const driver = bubblewrap({ cgroups: cgroups === 'cgroups' });
const probe = await driver.probe();
print(probe);
if (probe.usable) {
  await using sandbox = await driver.open({ sessionId: 'mine', workspace: { root: workspace } });
  for (const attack of attacks) {
    const target: Target = {
      ...{ hostFile, otherFile, workspace, secret, tcpPort, socketPath, abstractSocket },
      serverPid: process.pid,
      marker: `marker-${randomUUID()}`,
    };
    const code = programOf(attack, target);
    const { limits, name } = attack;
    const outcome = await sandbox.run({
      language: 'python',
      code,
      args: [target.marker],
      ...(limits && { limits }),
    });
    print({ name, breach: breachOf(attack, outcome, target) ?? null });
  }
}
for (const server of servers) server.close();
rmSync(base, { recursive: true, force: true });
