import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lowerJavascript } from '../../src/hunter/form/javascript.ts';
import { lowerPython } from '../../src/hunter/form/python.ts';
import { createHunter, type Hunter } from '../../src/hunter/index.ts';
import { activeRules } from '../../src/hunter/rules/active-rules.ts';
import { rules } from '../../src/hunter/rules/index.ts';
import { runRules } from '../../src/hunter/rules/run-rules.ts';
import { createSyntaxParser, type SyntaxParser } from '../../src/hunter/syntax/parser.ts';
import { javascriptCases, pythonCases } from './rule-cases.ts';

let parser: SyntaxParser;
let hunter: Hunter;
beforeAll(async () => {
  parser = await createSyntaxParser();
  hunter = await createHunter({ timeoutMs: 60_000 });
});
afterAll(() => {
  parser.close();
  hunter.close();
});

type Family = 'python' | 'javascript';

function foundByAll(code: string, family: Family): string[] {
  const { root } = parser.parse(family, code, () => {});
  const program = family === 'python' ? lowerPython(root, code) : lowerJavascript(root, code);
  const ofFamily = rules.filter((rule) => rule.families.includes(family));
  return runRules(ofFamily, program, code, family, () => {}).map(({ rule }) => rule);
}

function passedOver(code: string, family: Family): string[] {
  const active = activeRules(code, family).map(({ id }) => id);
  return foundByAll(code, family).filter((rule) => !active.includes(rule));
}

describe('the words of a text', () => {
  test('never hide a rule that would find something, in any case of any rule', () => {
    const families = { python: pythonCases, javascript: javascriptCases } as const;
    for (const family of ['python', 'javascript'] as const) {
      for (const { rule, vulnerable, safe } of families[family]) {
        for (const code of [...vulnerable, ...safe]) {
          expect(passedOver(code, family), `${rule}: ${code}`).toEqual([]);
        }
      }
    }
  });

  test.each<[Family, string, string]>([
    ['javascript', 'code-injection', "window['ev' + 'al'](location.hash)"],
    ['javascript', 'code-injection', "window['\\x65v\\x61l'](location.hash)"],
    ['javascript', 'code-injection', 'const a = `ev`, b = `al`; window[`${a}${b}`](location.hash)'],
    [
      'javascript',
      'command-injection',
      "require('child_' + 'process')['ex' + 'ec'](req.query.command)",
    ],
    ['javascript', 'code-injection', "window // !\n['EVAL'.toLowerCase()](location.hash)"],
    ['javascript', 'hard-coded-credential', "config['pass' + 'word'] = 'hunter2x9'"],
    ['javascript', 'insecure-window', "new Window({ 'node\\x49ntegration': true })"],
    ['python', 'hard-coded-credential', "config['pass' + 'word'] = 'hunter2x9'"],
    ['python', 'hard-coded-credential', "config['pass'\n  'word'] = 'hunter2x9'"],
    ['python', 'hard-coded-credential', "config = {'pass\\x77ord': 'hunter2x9'}"],
    ['python', 'hard-coded-credential', "config['pa%srd' % 'sswo'] = 'hunter2x9'"],
    ['python', 'insecure-cookie', "config['session_cookie_secure'.upper()] = False"],
    ['python', 'debug-enabled', "app.config['{}BUG'.format('DE')] = True"],
  ])('do not hide a name that is put together (%s, %s): %s', (family, rule, code) => {
    expect(foundByAll(code, family)).toContain(rule);
    expect(passedOver(code, family)).toEqual([]);
  });

  test('leave no rule to be asked of a text that computes and prints', () => {
    const code = 'total = sum(prices) # of the day\nfor price in prices:\n    print(price)\n';
    expect(activeRules(code, 'python')).toEqual([]);
  });

  test('give every rule some for each of its families, or it would make every text be parsed', () => {
    const missing = rules.filter(({ families, needs }) =>
      families.some((family) => (needs[family]?.[0]?.length ?? 0) === 0),
    );
    expect(missing.map(({ id }) => id)).toEqual([]);
  });
});

describe('a scan without mistakes', () => {
  test('tells the same findings of every case', async () => {
    for (const { language, vulnerable, safe } of [...pythonCases, ...javascriptCases]) {
      for (const content of [...vulnerable, ...safe]) {
        const whole = await hunter.scan({ content, language });
        const brief = await hunter.scan({ content, language, issues: false });
        expect(brief, content).toMatchObject({ alerts: whole.alerts, riskScore: whole.riskScore });
        expect(brief.issues).toEqual([]);
      }
    }
  });

  test('still tells of a secret and of marks that turn the direction of writing', async () => {
    const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
    const content = `name = "${token}"\nword = "\u202Ex"\n`;
    const { alerts } = await hunter.scan({ content, language: 'python', issues: false });
    expect(alerts.map(({ rule }) => rule)).toEqual(['secret-github-token', 'bidirectional-text']);
  });
});
