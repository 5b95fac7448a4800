import type { Alert, Severity } from '@ide-assistant/sdk/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHunter, riskScore, type Hunter } from '../../src/hunter/index.ts';

let hunter: Hunter;
beforeAll(async () => {
  hunter = await createHunter({ timeoutMs: 60_000 });
});
afterAll(() => hunter.close());

const levels: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

function alertOf(severity: Severity, confidence: number): Alert {
  return {
    rule: 'any',
    message: 'any',
    severity,
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 2,
    fixable: false,
    confidence,
  };
}

/** A small generator of the same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function randomAlerts(random: () => number): Alert[] {
  return Array.from({ length: Math.floor(random() * 12) }, () =>
    alertOf(levels[Math.floor(random() * 4)] ?? 'low', random()),
  );
}

test('a file without findings has no risk', () => {
  expect(riskScore([])).toBe(0);
});

test('one finding more never lowers the risk', () => {
  const random = createRandom(7);
  for (let run = 0; run < 2_000; run += 1) {
    const alerts = randomAlerts(random);
    const further = alertOf(levels[Math.floor(random() * 4)] ?? 'low', random());
    expect(riskScore([...alerts, further])).toBeGreaterThanOrEqual(riskScore(alerts));
  }
});

test('a finding that gets worse or surer never lowers the risk', () => {
  const random = createRandom(11);
  for (let run = 0; run < 2_000; run += 1) {
    const alerts = randomAlerts(random);
    const [first, ...rest] = alerts;
    if (first === undefined) continue;
    const worse = levels[Math.min(3, levels.indexOf(first.severity) + 1)] ?? 'critical';
    const surer = Math.min(1, first.confidence + random() * 0.5);
    expect(riskScore([alertOf(worse, surer), ...rest])).toBeGreaterThanOrEqual(riskScore(alerts));
  }
});

test('stays within 0 and 10, with one decimal, whatever the order', () => {
  const random = createRandom(13);
  for (let run = 0; run < 500; run += 1) {
    const alerts = randomAlerts(random);
    const score = riskScore(alerts);
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(10);
    expect(score).toBe(Math.round(score * 10) / 10);
    expect(riskScore(alerts.toReversed())).toBe(score);
  }
});

test('many small findings do not outweigh a critical one', () => {
  const small = Array.from({ length: 100 }, () => alertOf('low', 0.5));
  expect(riskScore(small)).toBeLessThan(riskScore([alertOf('critical', 0.8)]));
});

test.each(['python', 'javascript', 'typescript', 'tsx'])(
  'eval of unknown input alone is a risk of 8 or more in %s, and is blocked',
  async (language) => {
    const report = await hunter.scan({ content: 'eval(user_input)', language });
    expect(report.riskScore).toBeGreaterThanOrEqual(8);
    expect(report.severity).toBe('critical');
    expect(hunter.blockingAlerts(report)).toMatchObject([{ rule: 'code-injection' }]);
  },
);

test('eval of a constant is not blocked', async () => {
  const report = await hunter.scan({ content: 'eval("1+1")', language: 'python' });
  expect(hunter.blockingAlerts(report)).toEqual([]);
  expect(report.riskScore).toBeLessThan(2);
});

test('nothing of low confidence blocks, however bad it would be', async () => {
  const content = 'import pickle\nimport os\npickle.loads(blob)\ndef run(c):\n    os.system(c)\n';
  const report = await hunter.scan({ content, language: 'python' });
  expect(report.alerts.length).toBeGreaterThanOrEqual(2);
  expect(hunter.blockingAlerts(report)).toEqual([]);
});

test('says where to begin', async () => {
  const report = await hunter.scan({ content: 'x = 1\neval(user_input)', language: 'python' });
  expect(report.recommendation).toContain('line 2');
  const clean = await hunter.scan({ content: 'x = 1', language: 'python' });
  expect(clean).toMatchObject({ alerts: [], issues: [], riskScore: 0, severity: 'none' });
});
