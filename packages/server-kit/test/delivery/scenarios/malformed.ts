import {
  openRawFrames,
  type Exchanged,
  type RawFrame,
  type RawFrames,
  type RawMessage,
} from '../faults/raw-frames.ts';
import { closeCodeOfBytes, wireFrame } from '../faults/raw-wire.ts';
import { checkEffects, loadClient, watchEvents } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server.ts';
import { malformedBytes } from './malformed-bytes.ts';
import { malformedFrames } from './malformed-frames.ts';
import { createMutator, expectationOf } from './malformed-mutations.ts';

const messageBytes = 131_072;
/** Mutated frames that are sent at a time. */
const batch = 50;
/** How much the server may keep of all that, bytes of its heap. */
const maxGrowthBytes = 16 * 2 ** 20;

/**
 * F18: a client sends what no client should: each frame is answered by `invalid_message` or the connection
 * closed with the code for it. The server lives, keeps nothing of it, and other sessions go on.
 */
export const malformed: Scenario = async ({ report, random, requests, stallMs, seed, onEnd }) => {
  const server = await startServer({ limits: { messageBytes, heartbeatMs: 0 } });
  onEnd(() => server.close());
  const witness = await loadClient(server.url, { sessionId: 'witness', timeoutMs: stallMs });
  onEnd(() => witness.close());
  watchEvents(witness, report);
  const effects: string[] = [];
  /** Others notice nothing. */
  const goOn = async (): Promise<void> => {
    const name = `witness${effects.length}`;
    effects.push(name);
    await witness.request('chat', { message: `effect ${name}` });
  };
  await goOn();

  let raw: RawFrames | null = null;
  const exchange = async (frames: readonly RawFrame[], ids?: ReadonlySet<string>) => {
    raw ??= await openRawFrames(server.url, 'strange', stallMs);
    const exchanged = await raw.exchange(frames, ids);
    if (exchanged.closedWith !== null) raw = null;
    return exchanged;
  };
  onEnd(() => raw?.close());

  for (const frame of malformedFrames) {
    const { answers, closedWith } = await exchange([frame], idsOf([frame]));
    if (closedWith !== null) report.violation(`${show(frame)} closed with ${closedWith}`);
    else if (answers.length !== 1 || !answers.every(isInvalidMessage)) {
      report.violation(`${show(frame)} was answered by ${JSON.stringify(answers).slice(0, 300)}`);
    }
    report.add('frames');
  }
  await goOn();

  for (const [code, bytes] of malformedBytes(messageBytes)) {
    const got = await closeCodeOfBytes(server.port, bytes, { stallMs });
    if (got !== code) report.violation(`${show({ data: bytes })} closed with ${got}, not ${code}`);
    report.add('bytes');
  }
  const rush = Buffer.concat(Array<Buffer>(200).fill(wireFrame('{"type":"ping"}')));
  const rushed = await closeCodeOfBytes(server.port, rush, { stallMs, isEarly: true });
  if (rushed !== 4400) report.violation(`200 frames before the handshake closed with ${rushed}`);
  await goOn();

  const mutate = createMutator(random);
  const before = await server.memory();
  let sentSoFar = 0;
  while (sentSoFar < requests * 2 && report.violations.length < 20) {
    const frames = Array.from({ length: batch }, mutate);
    // Behind a frame that is not UTF-8 none would be read.
    const last = frames.findIndex((frame) => expectationOf(frame) === 'close');
    const sent = last < 0 ? frames : frames.slice(0, last + 1);
    const wrong = wrongIn(sent, await exchange(sent, idsOf(sent)));
    for (const what of wrong)
      report.violation(`seed ${seed}, from ${sentSoFar}: ${what.slice(0, 1_000)}`);
    sentSoFar += sent.length;
    await goOn();
  }
  report.figure('mutations', sentSoFar);
  const after = await server.memory();
  report.figure('growth in MiB', Math.round((after.heap - before.heap) / 2 ** 20));
  if (after.heap - before.heap > maxGrowthBytes) {
    report.violation(`the server keeps ${after.heap - before.heap} bytes of what was malformed`);
  }
  await goOn();
  if (report.figures['connections'] !== 1) report.violation('another session was interrupted');
  const happened = (await server.effects()).filter((name) => name.startsWith('witness'));
  checkEffects(report, { answered: effects.length, effects, interrupted: [] }, happened);
};

function isInvalidMessage(message: RawMessage): boolean {
  return message['type'] === 'error' && message['code'] === 'invalid_message';
}

/** Ids under which a reply must come. */
function idsOf(frames: readonly RawFrame[]): Set<string> {
  const expected = frames.map(expectationOf);
  return new Set(expected.flatMap((owed) => (typeof owed === 'object' ? [owed.requestId] : [])));
}

/** Compares what came with what was owed. */
function wrongIn(
  frames: readonly RawFrame[],
  { answers, closedWith, unanswered }: Exchanged,
): string[] {
  const owed = frames.map(expectationOf);
  const expectedCode = owed.includes('close') ? 1007 : null;
  if (closedWith !== expectedCode) {
    return [`closed with ${closedWith} after ${frames.map(show).join(' ')}`];
  }
  if (unanswered.length > 0 && expectedCode === null) {
    const silent = frames.filter((frame) => {
      const each = expectationOf(frame);
      return typeof each === 'object' && unanswered.includes(each.requestId);
    });
    return [`no answer to ${unanswered.join(' ')}: ${silent.map(show).join(' ')}`];
  }
  const wrong = answers
    .filter(({ code }) => code === 'internal')
    .map((answer) => `a frame was answered by ${JSON.stringify(answer)}`);
  if (expectedCode !== null) return wrong;
  const ids = idsOf(frames);
  const others = answers.filter(({ request_id: id }) => !ids.has(id as string));
  const isRefused = (answer: RawMessage) => isInvalidMessage(answer) || answer['type'] === 'pong';
  const due = owed.filter((each) => each === 'refusal' || each === 'keep-alive').length;
  if (others.length !== due || !others.every(isRefused)) {
    wrong.push(`${due} refusals were due, ${others.length} came: ${JSON.stringify(others)}`);
  }
  return wrong;
}

/** The begin of a frame, for a person. */
function show({ data, isBinary }: RawFrame): string {
  return `${isBinary ? 'binary ' : ''}${JSON.stringify(data.toString().slice(0, 80))}`;
}
