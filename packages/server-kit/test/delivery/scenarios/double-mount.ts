import { ownClient, statusOf, type OwnClient } from '../own-client.ts';
import { startOwnKit, type OwnKit } from '../own-kit.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { soonIn, until } from '../soon.ts';

/** How long a client that nobody retains stays open, milliseconds. */
const lingerMs = 250;

/** What a page does until its components stand: each is a step, after which exactly one user is left. */
const mounts: Record<string, (own: OwnClient) => Promise<void>> = {
  async 'mounted twice at once'({ client }) {
    client.retain();
    client.release();
    client.retain();
    await statusOf(client, 'connected');
  },
  async 'mounted again once it was connected'({ client }) {
    client.retain();
    await statusOf(client, 'connected');
    client.release();
    client.retain();
  },
  async 'mounted again at the last moment'({ client, clock }) {
    client.retain();
    await statusOf(client, 'connected');
    client.release();
    await clock.pass(lingerMs - 1);
    client.retain();
  },
  async 'mounted again and again'({ client, clock }) {
    for (let time = 0; time < 20; time += 1) {
      client.retain();
      await clock.pass(lingerMs / 2);
      client.release();
      await clock.pass(lingerMs / 2);
    }
    client.retain();
    await statusOf(client, 'connected');
  },
  async 'two of them, each mounted twice'({ client, clock }) {
    for (const step of ['retain', 'retain', 'release', 'release', 'retain', 'retain'] as const) {
      client[step]();
    }
    await statusOf(client, 'connected');
    client.release();
    await clock.pass(lingerMs * 4);
  },
};

/**
 * F19: components are mounted, unmounted and mounted again, as React's StrictMode does. The server sees one
 * connection, which ends when the last of them has been gone for a moment.
 */
export const doubleMount: Scenario = async (context) => {
  const own = await startOwnKit(context);
  for (const [what, mount] of Object.entries(mounts)) await play(context, own, what, mount);
};

async function play(
  context: ScenarioContext,
  { kit, url }: OwnKit,
  what: string,
  mount: (own: OwnClient) => Promise<void>,
): Promise<void> {
  const { report } = context;
  const soon = soonIn(context);
  const sessionId = what.replaceAll(/\W/g, '-');
  const seen = { opened: 0, closed: 0 };
  const undo = kit.on('connection', (connection) => {
    if (connection.sessionId === sessionId) seen[connection.open ? 'opened' : 'closed'] += 1;
  });
  const own = await ownClient(context, url, { sessionId });
  const { client, clock, tap, statuses } = own;
  const expectOpened = (times: number, when: string) => {
    const counts = `${tap.opened.length} sockets and ${seen.opened} connections`;
    if (tap.opened.length !== times || seen.opened !== times) {
      report.violation(`${what}: ${counts} instead of ${times}, ${when}`);
    }
  };

  await soon(`${what}: connected`, mount(own));
  await clock.pass(lingerMs * 4);
  await soon(`${what}: an answer`, client.request('ping', {}));
  expectOpened(1, 'while it is mounted');
  report.figure('sockets', Math.max(report.figures['sockets'] ?? 0, tap.opened.length));
  if (statuses.some(({ state }) => state === 'closed')) report.violation(`${what}: it was closed`);

  client.release();
  await clock.pass(lingerMs - 1);
  if (client.status.state !== 'connected') report.violation(`${what}: closed too early`);
  await clock.pass(1);
  await soon(`${what}: closed`, statusOf(client, 'closed'));
  await soon(
    `${what}: closed at the server`,
    until(() => seen.closed === seen.opened),
  );
  expectOpened(1, 'after the last one is gone');

  client.retain();
  await soon(`${what}: connected anew`, statusOf(client, 'connected'));
  expectOpened(2, 'when it comes back later');
  client.close();
  undo();
  report.add('ways of mounting');
}
