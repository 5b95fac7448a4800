import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHunter, type Hunter } from '../../src/hunter/index.ts';
import { rules } from '../../src/hunter/rules/index.ts';
import { javascriptCases, pythonCases } from './rule-cases.ts';

let hunter: Hunter;
beforeAll(async () => {
  hunter = await createHunter({ timeoutMs: 60_000 });
});
afterAll(() => hunter.close());

async function rulesIn(content: string, language: string): Promise<string[]> {
  const { alerts } = await hunter.scan({ content, language });
  return alerts.map((alert) => alert.rule);
}

describe.each([...pythonCases, ...javascriptCases])('$rule in $language', (cases) => {
  test.each(cases.vulnerable.map((code) => ({ code })))('finds it in $code', async ({ code }) => {
    expect(await rulesIn(code, cases.language)).toContain(cases.rule);
  });

  test.each(cases.safe.map((code) => ({ code })))('finds none in $code', async ({ code }) => {
    expect(await rulesIn(code, cases.language)).not.toContain(cases.rule);
  });
});

test('the table has four cases of each kind for every rule and each family of languages', () => {
  const covered = (family: string, rule: string): boolean =>
    (family === 'python' ? pythonCases : javascriptCases).some(
      (cases) => cases.rule === rule && cases.vulnerable.length >= 4 && cases.safe.length >= 4,
    );
  const missing = rules.flatMap((rule) =>
    rule.families
      .filter((family) => !covered(family, rule.id))
      .map((family) => `${rule.id} ${family}`),
  );
  expect(missing).toEqual([]);
});
