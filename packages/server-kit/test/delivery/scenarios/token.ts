import { isAssistantError, type ClientOptions, type TokenContext } from '@ide-assistant/sdk';
import { token } from '../../support/tokens.ts';
import { watchEvents } from '../load.ts';
import { endingOf, ownClient, statusOf, type OwnClient } from '../own-client.ts';
import { startOwnKit, type OwnKit } from '../own-kit.ts';
import { promptedAssistant, wordsOf, type PromptedAssistant } from '../prompted-assistant.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { soonIn, type Soon } from '../soon.ts';

/** Words of the stream; a few are let out at a time. */
const words = 240;
/** How long a token lives, seconds. The kit announces its end a minute before. */
const lifeSeconds = 100;

interface Stage extends OwnClient {
  kit: OwnKit;
  soon: Soon;
  reasons: TokenContext['reason'][];
  /** A token that lives its time from the kit's present on. */
  fresh(options?: { sub?: string; roles?: string[] }): Promise<string>;
  /** Lets so many more words out, and waits until the reader has them. */
  read(count: number): Promise<void>;
  /** Reads the rest and checks that the whole has no hole. */
  finish(): Promise<void>;
}

/** A stream that runs while its client's token ends. */
async function whileStreaming(
  context: ScenarioContext,
  renew: (stage: Pick<Stage, 'fresh'>, reason: TokenContext['reason']) => Promise<string>,
): Promise<Stage> {
  const { report } = context;
  const soon = soonIn(context);
  const assistant: PromptedAssistant = promptedAssistant();
  const kit = await startOwnKit(context, { assistant: assistant.run });
  const reasons: TokenContext['reason'][] = [];
  const fresh: Stage['fresh'] = (options) =>
    token({ expiresIn: (kit.now - Date.now()) / 1_000 + lifeSeconds, ...options });
  const source: ClientOptions['token'] = ({ reason }) => {
    reasons.push(reason);
    return renew({ fresh }, reason);
  };
  const own = await ownClient(context, kit.url, { token: source });
  const { client, tap } = own;
  watchEvents(client, report);

  let text = '';
  let received = 0;
  const heard = new Set<() => void>();
  const reading = (async () => {
    for await (const part of client.stream('chat', { message: `say ${words} story` })) {
      if (part.type === 'snapshot') ({ text } = part);
      else if (part.type === 'ai_delta') text += part.delta;
      received = text.split(' ').length - 1;
      for (const check of [...heard]) check();
    }
  })();
  reading.catch((error: unknown) => report.violation(`the stream failed: ${String(error)}`));

  let due = 0;
  const stage: Stage = {
    ...own,
    ...{ kit, soon, reasons, fresh },
    async read(count) {
      due += count;
      assistant.allow(count);
      const arrived = new Promise<void>((resolve) => {
        const check = () => {
          if (received < due) return;
          heard.delete(check);
          resolve();
        };
        heard.add(check);
        check();
      });
      await soon(`word ${due} of the stream`, arrived);
    },
    async finish() {
      await stage.read(words - due);
      await soon('the end of the stream', reading);
      if (text !== wordsOf(words)) report.violation(`the stream has a hole: “${text}”`);
      const ended = await soon('an answer', endingOf(client.request('quarantine_list', {})));
      if (ended !== 'done') report.violation(`what is asked afterwards ends in ${ended}`);
      report.figure('sockets', tap.opened.length);
      report.figure('words', received);
    },
  };
  await soon('a connection', statusOf(client, 'connected'));
  await stage.read(4);
  return stage;
}

function mustKeepItsSocket({ report }: ScenarioContext, { tap, statuses }: Stage): void {
  if (tap.opened.length !== 1) report.violation(`${tap.opened.length} sockets were opened`);
  const ended = statuses.find(({ state }) => !/^connect/.test(state));
  if (ended) report.violation(`the connection was given up: ${JSON.stringify(ended)}`);
}

/** F12: the token ends ten times in the course of a stream, and is renewed in band each time. */
export const tokenRenewed: Scenario = async (context) => {
  const stage = await whileStreaming(context, ({ fresh }) => fresh());
  const { kit, soon, tap } = stage;
  for (let renewal = 1; renewal <= 10; renewal += 1) {
    // As soon as a renewed token is announced in its turn; the one before the last has ended by then.
    await kit.pass((lifeSeconds - 59) * 1_000);
    await stage.read(5);
    await soon('a renewal', tap.seen('down', 'token_refreshed', renewal));
    await stage.read(5);
    context.report.add('renewals');
  }
  await stage.finish();
  mustKeepItsSocket(context, stage);
};

/** F12: the token cannot be renewed in time; the server waits its grace and closes. */
export const tokenRefused: Scenario = async (context) => {
  const { report } = context;
  const stage = await whileStreaming(context, ({ fresh }, reason) => {
    if (reason === 'expiring') throw new Error('the login is not reachable');
    return fresh();
  });
  const { client, clock, kit, soon, statuses, tap } = stage;
  const told: unknown[] = [];
  client.on('error', (error) => told.push(isAssistantError(error) ? error.code : error));

  await kit.pass((lifeSeconds + 5) * 1_000);
  await stage.read(8);
  if (tap.opened.length > 1) report.violation('the stream was cut within its grace');
  if (told.join() !== 'unauthenticated')
    report.violation(`the failed renewal told “${told.join()}”`);

  const refused = statusOf(client, 'reconnecting');
  await kit.pass(30_000);
  const { code } = await soon('the end of the grace', refused);
  if (code !== 4401) report.violation(`the grace ended with ${code}`);
  await clock.pass(0);
  const { connect } = await soon('a new connection', statusOf(client, 'connected'));
  if (!connect.resumed) report.violation('the new connection did not resume');
  await stage.read(8);
  // Long enough for the new token to be the one that counts.
  await kit.pass(20_000);
  await stage.finish();
  if (tap.opened.length !== 2) report.violation(`${tap.opened.length} sockets were opened`);
  if (statuses.some(({ state }) => state === 'closed')) report.violation('it was given up');
  const asked = stage.reasons.join(' ');
  if (asked !== 'connect expiring refused') report.violation(`tokens were asked for: ${asked}`);
};

/** F12: new tokens are handed over in the middle of a stream, wanted or not. */
export const tokenHandedOver: Scenario = async (context) => {
  const { report, random } = context;
  const stage = await whileStreaming(context, ({ fresh }) => fresh());
  const { client, fresh, soon } = stage;
  for (let time = 0; time < 12; time += 1) {
    await stage.read(Math.floor(random() * 8));
    const owner = random() < 0.25 ? 'mallory' : 'ada';
    const renewed = await fresh({ sub: owner, roles: random() < 0.5 ? ['developer'] : ['reader'] });
    const handed = endingOf(client.request('token_refresh', { token: renewed }));
    const ended = await soon('an answer to a renewal', handed);
    if (ended !== (owner === 'ada' ? 'done' : 'unauthenticated')) {
      report.violation(`a token of ${owner} was answered by ${ended}`);
    }
    await stage.read(Math.floor(random() * 8));
  }
  // Asked afterwards, so that the last token must be one that may read the quarantine.
  await client.request('token_refresh', { token: await fresh() });
  await stage.finish();
  mustKeepItsSocket(context, stage);
};
