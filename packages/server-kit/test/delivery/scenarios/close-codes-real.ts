import type { ClientOptions } from '@ide-assistant/sdk';
import type { ServerKitOptions } from '../../../src/index.ts';
import { token } from '../../support/tokens.ts';
import { endingOf, ownClient, statusOf, type OwnClient } from '../own-client.ts';
import { startOwnKit, type OwnKit } from '../own-kit.ts';
import { promptedAssistant, type PromptedAssistant } from '../prompted-assistant.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { soonIn, until, type Soon } from '../soon.ts';

const dayMs = 86_400_000;

interface Stage {
  kit: OwnKit;
  assistant: PromptedAssistant;
  soon: Soon;
  client(options?: Partial<ClientOptions>): Promise<OwnClient>;
  /** Asks for an effect of that name; the assistant waits before it answers. */
  ask(own: OwnClient, name: string): Promise<unknown>;
  /** Lets the answer out and checks that it comes, of one effect. */
  answered(name: string, result: Promise<unknown>): Promise<void>;
  /** Checks that the client has ended with that code and comes back no more. */
  gaveUp(own: OwnClient, code: number, sockets?: number): Promise<void>;
  /** Checks that the client waits so long, and lets that time pass. */
  comesBack(own: OwnClient, code: number, waitsMs: number): Promise<void>;
}

/** F13: the real kit closes by itself, with each code that it knows. */
export const closedByKit: Scenario = async (context) => {
  await onKit(context, {}, refusals);
  await onKit(context, { connections: 'single' }, replaced);
  await onKit(context, { limits: { connectionsPerSession: 1 } }, crowded);
  await onKit(context, {}, unheard);
  await onKit(context, {}, restarted);
};

async function onKit(
  context: ScenarioContext,
  options: Partial<ServerKitOptions>,
  play: (stage: Stage, context: ScenarioContext) => Promise<void>,
): Promise<void> {
  const { report } = context;
  const soon = soonIn(context);
  const assistant = promptedAssistant();
  const kit = await startOwnKit(context, { assistant: assistant.run, ...options });
  const ask = (own: OwnClient, name: string) => {
    const result = own.client.request('chat', { message: `say 1 ${name}` });
    result.catch(() => undefined);
    return result;
  };
  await play(
    {
      ...{ kit, assistant, soon, ask },
      client: (clientOptions) => ownClient(context, kit.url, clientOptions),
      async answered(name, result) {
        assistant.allow(1);
        const ended = await soon(`${name}: an answer`, endingOf(result));
        if (ended !== 'done') report.violation(`${name}: ended in ${ended}`);
        const times = assistant.begun.filter((begun) => begun === name).length;
        if (times !== 1) report.violation(`${name}: ${times} effects`);
      },
      async gaveUp({ client, clock, tap }, code, sockets = 1) {
        const status = await soon(`${code}: the end`, statusOf(client, 'closed', 'reconnecting'));
        if (status.state === 'reconnecting') throw new Error(`${code}: is not taken for final`);
        if (status.code !== code) report.violation(`${code}: was taken for ${status.code}`);
        if (!status.reason) report.violation(`${code}: nobody says why`);
        await clock.pass(dayMs);
        if (tap.opened.length !== sockets)
          report.violation(`${code}: ${tap.opened.length} sockets`);
        report.add('codes');
      },
      async comesBack({ client, clock, tap }, code, waitsMs) {
        const status = await soon(`${code}: a retry`, statusOf(client, 'reconnecting', 'closed'));
        if (status.state === 'closed') throw new Error(`${code}: is taken for final`);
        if (status.code !== code) report.violation(`${code}: was taken for ${status.code}`);
        const waits = status.retryAt - clock.now();
        if (waits !== waitsMs) report.violation(`${code}: waits ${waits} instead of ${waitsMs} ms`);
        const sockets = tap.opened.length;
        await clock.pass(Math.max(0, waitsMs - 1));
        if (waitsMs > 0 && tap.opened.length > sockets) {
          report.violation(`${code}: came back too early`);
        }
        await clock.pass(Math.max(0, status.retryAt - clock.now()));
        report.add('codes');
      },
    },
    context,
  );
  await kit.close();
}

/** 4400, 4401 and 4403: what a client says of itself is not accepted. */
async function refusals(stage: Stage, { report }: ScenarioContext): Promise<void> {
  const { answered, ask, assistant, client, comesBack, gaveUp, soon } = stage;

  const misnamed = await client({ clientId: 'no name' });
  const unnamed = ask(misnamed, 'misnamed');
  await gaveUp(misnamed, 4400);
  if ((await endingOf(unnamed)) !== 'closed') report.violation('4400: no clear code');

  const owner = await client({ sessionId: 'hers' });
  await owner.client.request('ping', {});
  const theirs = await token({ sub: 'mallory' });
  const stranger = await client({ sessionId: 'hers', token: theirs });
  const intruding = ask(stranger, 'intruding');
  await gaveUp(stranger, 4403);
  if ((await endingOf(intruding)) !== 'closed') report.violation('4403: no clear code');

  const good = await token();
  const late = await client({ token: ({ reason }) => (reason === 'refused' ? good : 'stale') });
  const renewed = ask(late, 'renewed');
  await comesBack(late, 4401, 0);
  await soon(
    'the begin of the request',
    until(() => assistant.begun.includes('renewed')),
  );
  await answered('renewed', renewed);

  let made = 0;
  const hopeless = await client({ token: () => `nonsense${(made += 1)}` });
  const refused = ask(hopeless, 'refused');
  await comesBack(hopeless, 4401, 0);
  await gaveUp(hopeless, 4401, 2);
  if ((await endingOf(refused)) !== 'unauthenticated') report.violation('4401: no clear code');

  const stuck = await client({ token: 'nonsense' });
  const same = ask(stuck, 'same');
  await comesBack(stuck, 4401, 0);
  // The same token again is not even sent.
  await gaveUp(stuck, 4401, 1);
  if ((await endingOf(same)) !== 'unauthenticated') report.violation('4401: no clear code');
  if (assistant.begun.join() !== 'renewed') report.violation(`begun: ${assistant.begun.join()}`);
}

/** 4409: a newer connection of a session that has one at a time. */
async function replaced(stage: Stage, { report }: ScenarioContext): Promise<void> {
  const { answered, ask, assistant, client, gaveUp, soon } = stage;
  const earlier = await client();
  const cut = ask(earlier, 'cut');
  await soon(
    'the begin of the request',
    until(() => assistant.begun.includes('cut')),
  );
  const later = await client();
  const going = ask(later, 'going');
  await gaveUp(earlier, 4409);
  if ((await endingOf(cut)) !== 'closed') report.violation('4409: no clear code');
  await soon(
    'the begin of the request',
    until(() => assistant.begun.includes('going')),
  );
  assistant.allow(1);
  await answered('going', going);
  if (later.tap.opened.length !== 1) report.violation('4409: the two drive each other out');
}

/** 4429: one connection more than a session may have; its reason says how long to wait. */
async function crowded(stage: Stage): Promise<void> {
  const { answered, ask, client, comesBack, kit, soon } = stage;
  const first = await client();
  await first.client.request('ping', {});
  const second = await client();
  const result = ask(second, 'second');
  await soon('a refusal', statusOf(second.client, 'reconnecting'));
  const left = new Promise<void>((resolve) => {
    kit.kit.on('connection', ({ open }) => open || resolve());
  });
  first.client.close();
  await soon('room for another', left);
  await comesBack(second, 4429, 1_000);
  await answered('second', result);
}

/** 4408: the client is not heard for two heartbeats and a minute. */
async function unheard(stage: Stage): Promise<void> {
  const { answered, ask, assistant, client, comesBack, kit, soon } = stage;
  const own = await client();
  const result = ask(own, 'unheard');
  await soon(
    'the begin of the request',
    until(() => assistant.begun.includes('unheard')),
  );
  own.tap.isHeld = true;
  const dropped = new Promise<void>((resolve) => {
    kit.kit.on('connection', ({ open }) => open || resolve());
  });
  await kit.pass(121_000);
  await soon('the server’s patience to end', dropped);
  await soon('the socket to close', own.tap.closed());
  own.tap.isHeld = false;
  await comesBack(own, 4408, 250);
  await answered('unheard', result);
}

/** 1012: the host stops the kit, which first says when to come back, and lets what runs end. */
async function restarted(stage: Stage, { report }: ScenarioContext): Promise<void> {
  const { answered, ask, assistant, client, comesBack, kit, soon } = stage;
  const own = await client();
  const running = ask(own, 'running');
  await soon(
    'the begin of the request',
    until(() => assistant.begun.includes('running')),
  );
  const stopped = kit.stop({ graceMs: 5_000 });
  await soon('the notice', own.tap.seen('down', 'disconnect'));
  await answered('running', running);
  await stopped;
  const waiting = ask(own, 'waiting');
  await kit.start();
  // The kit spreads the returns over five seconds; its random number is a half here.
  await comesBack(own, 1012, 2_500);
  await answered('waiting', waiting);

  const cut = ask(own, 'cut');
  await soon(
    'the begin of the request',
    until(() => assistant.begun.includes('cut')),
  );
  await kit.stop({ graceMs: 0 });
  await kit.start();
  await comesBack(own, 1012, 2_500);
  const ended = await soon('an end of what was cut off', endingOf(cut));
  if (ended !== 'interrupted') report.violation(`a run cut off by the restart ended in ${ended}`);
  if (assistant.begun.join(' ') !== 'running waiting cut') {
    report.violation(`the assistant was asked: ${assistant.begun.join(' ')}`);
  }
}
