import { expect, test } from 'vitest';
import { createHunter } from '../../src/hunter/index.ts';

const clean = { content: 'eval(user_input)', language: 'python' };

test('refuses a text that is too large, counted in bytes', async () => {
  const hunter = await createHunter({ maxBytes: 10 });
  await expect(hunter.scan({ content: 'é'.repeat(5) })).resolves.toMatchObject({ riskScore: 0 });
  await expect(hunter.scan({ content: 'é'.repeat(6) })).rejects.toMatchObject({
    code: 'too_large',
    details: { bytes: 12, max_bytes: 10 },
  });
  hunter.close();
});

test('stops in the middle of a text that takes too long to parse, and goes on with the next', async () => {
  // Each look at the clock takes a millisecond, so the parser is stopped after a few of its steps.
  let now = 0;
  let isSlow = true;
  const clock = (): number => (now += isSlow ? 1 : 0);
  const hunter = await createHunter({ clock, timeoutMs: 20 });
  const bomb = { content: '['.repeat(200_000), language: 'python' };
  await expect(hunter.scan(bomb)).rejects.toMatchObject({ code: 'timeout' });
  await expect(hunter.fix(bomb)).rejects.toMatchObject({ code: 'timeout' });
  isSlow = false;
  await expect(hunter.scan(clean)).resolves.toMatchObject({ severity: 'critical' });
  hunter.close();
});

test.each([
  ['brackets', '['.repeat(100_000), 'python'],
  ['calls', 'f('.repeat(50_000), 'javascript'],
  ['sums', `${'a + '.repeat(50_000)}a`, 'javascript'],
  ['conditionals', `x = ${'a if b else '.repeat(5_000)}c`, 'python'],
  ['dictionaries', '{"a":'.repeat(3_000) + '1' + '}'.repeat(3_000), 'javascript'],
  ['else branches', `if (a) {}${' else if (b) {}'.repeat(5_000)}`, 'javascript'],
  ['chained calls', `a${'.b()'.repeat(5_000)}`, 'python'],
  ['nested loops', `${'for (const a of b) {'.repeat(40)}f();${'}'.repeat(40)}`, 'javascript'],
])('survives thousands of %s', async (_, content, language) => {
  const hunter = await createHunter({ timeoutMs: 60_000 });
  const report = await hunter.scan({ content, language });
  expect(report.alerts).toEqual([]);
  await expect(hunter.scan(clean)).resolves.toMatchObject({ severity: 'critical' });
  hunter.close();
});

test('says where code is nested too deep to be analysed', async () => {
  const hunter = await createHunter({ timeoutMs: 60_000 });
  const content = `${'if (a) {'.repeat(300)}eval(x)${'}'.repeat(300)}`;
  const report = await hunter.scan({ content, language: 'javascript' });
  expect(report.issues).toMatchObject([{ rule: 'nested-too-deep', line: 1 }]);
  hunter.close();
});

test('does not begin when the signal is aborted', async () => {
  const hunter = await createHunter();
  const reason = new Error('gone');
  const signal = AbortSignal.abort(reason);
  await expect(hunter.scan({ ...clean, signal })).rejects.toBe(reason);
  await expect(hunter.fix({ ...clean, signal })).rejects.toBe(reason);
  hunter.close();
});

test('stops when the signal is aborted on the way', async () => {
  const controller = new AbortController();
  const reason = new Error('gone');
  let looks = 0;
  const clock = (): number => {
    looks += 1;
    if (looks === 10) controller.abort(reason);
    return 0;
  };
  const hunter = await createHunter({ clock });
  const bomb = { content: '['.repeat(200_000), language: 'python', signal: controller.signal };
  await expect(hunter.scan(bomb)).rejects.toBe(reason);
  await expect(hunter.scan(clean)).resolves.toMatchObject({ severity: 'critical' });
  hunter.close();
});

test('refuses to work when it is closed', async () => {
  const hunter = await createHunter();
  hunter.close();
  await expect(hunter.scan(clean)).rejects.toMatchObject({ code: 'unavailable' });
});

test('serves several hunters and several requests at a time', async () => {
  const hunters = await Promise.all([createHunter(), createHunter()]);
  const reports = await Promise.all(
    hunters.flatMap((hunter) => [hunter.scan(clean), hunter.scan({ ...clean, language: 'tsx' })]),
  );
  expect(reports.map((report) => report.severity)).toEqual(Array(4).fill('critical'));
  for (const hunter of hunters) hunter.close();
});
