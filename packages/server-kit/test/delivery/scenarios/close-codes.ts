import { token } from '../../support/tokens.ts';
import { startFrameProxy, type FrameProxy } from '../faults/frame-proxy.ts';
import { endingOf, ownClient, statusOf } from '../own-client.ts';
import { startOwnKit } from '../own-kit.ts';
import { promptedAssistant, wordsOf, type PromptedAssistant } from '../prompted-assistant.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { soonIn, until } from '../soon.ts';

/**
 * What a client must do after each code. `waits` is the delay before its next attempt, milliseconds, where
 * the jitter's random number is a half and the first delay at most 500.
 */
const table: readonly { code: number; reason?: string; then: 'gives up' | { waits: number } }[] = [
  { code: 1000, then: 'gives up' },
  { code: 1001, then: { waits: 250 } },
  { code: 1006, then: { waits: 250 } },
  { code: 1008, reason: 'policy', then: 'gives up' },
  { code: 1009, then: 'gives up' },
  { code: 1011, then: { waits: 250 } },
  { code: 1012, then: { waits: 0 } },
  { code: 1013, then: { waits: 2_000 } },
  { code: 4400, reason: 'protocol error', then: 'gives up' },
  { code: 4401, then: { waits: 0 } },
  { code: 4403, reason: 'not your session', then: 'gives up' },
  { code: 4408, then: { waits: 250 } },
  { code: 4409, reason: 'replaced', then: 'gives up' },
  { code: 4429, reason: '1234', then: { waits: 1_234 } },
  { code: 4429, reason: 'slow down', then: { waits: 250 } },
];

const dayMs = 86_400_000;

interface Case {
  context: ScenarioContext;
  assistant: PromptedAssistant;
  proxy: FrameProxy;
  name: string;
  code: number;
  reason: string;
}

/** F13: something between the client and the real kit closes with each code, in mid-request. */
export const closeCodes: Scenario = async (context) => {
  const assistant = promptedAssistant();
  const kit = await startOwnKit(context, { assistant: assistant.run });
  const proxy = await startFrameProxy(kit.url);
  context.onEnd(() => proxy.close());
  for (const { code, reason = '', then } of table) {
    const name = `${code}${reason && `-${reason.replaceAll(' ', '-')}`}`;
    const one: Case = { context, assistant, proxy, name, code, reason };
    if (then === 'gives up') await givesUp(one);
    else await comesBack(one, then.waits);
    context.report.add('codes');
    const times = assistant.begun.filter((begun) => begun === name).length;
    if (times !== 1) context.report.violation(`${name}: ${times} effects of one request`);
  }
};

/** A client with a request under way, whose connection is then closed. */
async function closedWithin({ context, assistant, proxy, name, code, reason }: Case) {
  const soon = soonIn(context);
  const reasons: string[] = [];
  const own = await ownClient(context, proxy.url, {
    sessionId: name,
    token: ({ reason: why }) => {
      reasons.push(why);
      return token();
    },
  });
  const { client } = own;
  const ask = () =>
    client.request('chat', { message: `say 1 ${name}` }, { requestId: `q-${name}` });
  const result = ask();
  result.catch(() => undefined);
  await soon(
    `${name}: the begin of the request`,
    until(() => assistant.begun.includes(name)),
  );
  proxy.closeClients(code, reason);
  return { ...own, soon, reasons, ask, result };
}

async function comesBack(one: Case, waitsMs: number): Promise<void> {
  const { assistant, code, context, name, proxy, reason } = one;
  const { report } = context;
  const { client, clock, reasons, result, soon, tap } = await closedWithin(one);
  const status = await soon(`${name}: an end`, statusOf(client, 'reconnecting', 'closed'));
  if (status.state === 'closed') {
    assistant.allow(1);
    return report.violation(`${name}: is taken for final`);
  }
  if (status.code !== code) report.violation(`${name}: was taken for ${status.code}`);
  if (status.retryAt - clock.now() !== waitsMs) {
    report.violation(`${name}: waits ${status.retryAt - clock.now()} ms instead of ${waitsMs}`);
  }
  await clock.pass(Math.max(0, waitsMs - 1));
  if (waitsMs > 0 && tap.opened.length > 1) report.violation(`${name}: came back too early`);
  await clock.pass(Math.max(0, status.retryAt - clock.now()));
  await soon(`${name}: a connection`, statusOf(client, 'connected'));
  if (reasons[1] !== (code === 4401 ? 'refused' : 'connect')) {
    report.violation(`${name}: a token was asked for because of “${reasons[1]}”`);
  }
  assistant.allow(1);
  const { message } = await soon(`${name}: the reply`, result);
  if (message.content !== wordsOf(1)) report.violation(`${name}: answered “${message.content}”`);

  if (code === 4401) {
    // Renewed once; what refuses the new token as well will refuse the next one.
    const asked = client.request('chat', { message: 'say 1 refused-twice' });
    asked.catch(() => undefined);
    await soon(
      'its begin',
      until(() => assistant.begun.includes('refused-twice')),
    );
    proxy.closeClients(code, reason);
    await soon(`${name}: a refusal for good`, statusOf(client, 'closed', 'reconnecting'));
    const ended = client.status.state === 'closed' ? await endingOf(asked) : 'another attempt';
    if (ended !== 'unauthenticated') report.violation(`${name}: refused twice, ended in ${ended}`);
    assistant.allow(1);
  }
  client.close();
}

async function givesUp(one: Case): Promise<void> {
  const { assistant, code, context, name, reason } = one;
  const { report } = context;
  const { ask, client, clock, result, soon, tap } = await closedWithin(one);
  const status = await soon(`${name}: the end`, statusOf(client, 'closed', 'reconnecting'));
  if (status.state === 'reconnecting') {
    assistant.allow(1);
    client.close();
    return report.violation(`${name}: is not taken for final`);
  }
  if (status.code !== code || status.reason !== reason) {
    report.violation(`${name}: was taken for ${status.code} “${status.reason}”`);
  }
  const ended = await soon(`${name}: a rejection`, endingOf(result));
  if (ended !== 'closed') report.violation(`${name}: the request ended in ${ended}`);
  const later = await soon(`${name}: a second rejection`, endingOf(ask()));
  if (later !== 'closed') report.violation(`${name}: a later request ended in ${later}`);
  await clock.pass(dayMs);
  if (tap.opened.length > 1) report.violation(`${name}: came back though that is of no use`);

  // Whoever connects again on purpose learns how the request ended, and it has run once.
  assistant.allow(1);
  client.reconnect();
  const { message } = await soon(`${name}: the reply after all`, ask());
  if (message.content !== wordsOf(1)) report.violation(`${name}: answered “${message.content}”`);
  client.close();
}
