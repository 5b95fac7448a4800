import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHunter, languageOf, type Hunter } from '../../src/hunter/index.ts';

let hunter: Hunter;
beforeAll(async () => {
  hunter = await createHunter({ timeoutMs: 60_000 });
});
afterAll(() => hunter.close());

async function found(content: string, language: string): Promise<string[]> {
  const { alerts } = await hunter.scan({ content, language });
  return alerts.map((alert) => alert.rule);
}

describe('languages', () => {
  test.each([
    ['a.py', 'python'],
    ['a.MJS', 'javascript'],
    ['src/a.ts', 'typescript'],
    ['a.tsx', 'tsx'],
    ['a.json', 'json'],
    ['README.md', 'markdown'],
    ['a.css', 'css'],
    ['a.html', 'html'],
    ['run.sh', 'bash'],
    ['a.yml', 'yaml'],
    ['.env', 'dotenv'],
    ['Dockerfile', 'dockerfile'],
    ['a.unknown', 'plaintext'],
    ['noextension', 'plaintext'],
    ['dir.py/file', 'plaintext'],
    ['a.constructor', 'plaintext'],
  ])('%s is %s', (path, language) => {
    expect(languageOf(path)).toBe(language);
  });

  test.each(['python', 'Python', 'py', 'javascript', 'js', 'jsx', 'typescript', 'ts', 'tsx'])(
    'analyses %s',
    async (language) => {
      expect(await found('eval(user_input)', language)).toEqual(['code-injection']);
    },
  );

  test('goes by the extension, and by the language where one is given', async () => {
    const content = 'eval(user_input)';
    const byPath = await hunter.scan({ content, path: 'src/a.py' });
    expect(byPath.alerts).toMatchObject([{ rule: 'code-injection', path: 'src/a.py' }]);
    const byLanguage = await hunter.scan({ content, path: 'a.py', language: 'markdown' });
    expect(byLanguage.alerts).toEqual([]);
  });

  test('reads types of TypeScript and elements of JSX', async () => {
    const typed = 'const run = <T,>(a: T, b?: string): void => { eval(b as string); };';
    expect(await found(typed, 'tsx')).toEqual(['code-injection']);
    const element = 'const a = (p: { t: string }) => <b title={p.t}>{eval(p.t)}</b>;';
    expect(await found(element, 'tsx')).toEqual(['code-injection']);
  });
});

describe('positions', () => {
  test('count lines and columns from 1, with an exclusive end', async () => {
    const { alerts } = await hunter.scan({
      content: 'x = 1\n  \ny = eval(z)\n',
      language: 'python',
    });
    expect(alerts).toMatchObject([{ line: 3, column: 5, end_line: 3, end_column: 12 }]);
  });

  test('count UTF-16 code units, as editors do', async () => {
    const { alerts } = await hunter.scan({ content: 'a = "😀𝒳"; eval(z)', language: 'python' });
    expect(alerts).toMatchObject([{ line: 1, column: 13, end_column: 20 }]);
  });

  test('are not shifted by a byte order mark or by CRLF', async () => {
    const content = '\uFEFFx = 1\r\neval(z)\r\n';
    const { alerts } = await hunter.scan({ content, language: 'python' });
    expect(alerts).toMatchObject([{ line: 2, column: 1, end_line: 2, end_column: 8 }]);
    const first = await hunter.scan({ content: '\uFEFFeval(z)', language: 'javascript' });
    expect(first.alerts).toMatchObject([{ line: 1, column: 1 }]);
  });
});

describe('following values', () => {
  const flask = 'from flask import request\nimport os\n';

  test.each([
    ['a branch that is never taken', 'if 2 * 21 > 50:\n    c = v\nos.system(c)'],
    ['a conditional on constants', 'd = c if 7 * 18 + 106 > 200 else v\nos.system(d)'],
    ['a variable that is overwritten', "v = 'ls'\nos.system(v)"],
    [
      'another element of a list',
      "l = []\nl.append('a')\nl.append(v)\nl.append('b')\nl.pop(0)\nos.system(l[1])",
    ],
    ['another entry of a dictionary', "d = {'a': 'ls', 'b': v}\nos.system(d['a'])"],
    [
      'another entry of a store',
      "s.set('x', 'a', 'ls')\ns.set('x', 'b', v)\nos.system(s.get('x', 'a'))",
    ],
    [
      'another case',
      "k = 'ABC'[1]\nmatch k:\n    case 'A':\n        c = v\n    case 'B':\n        c = 'ls'\nos.system(c)",
    ],
    ['a value that was checked', "if v not in ('a', 'b'):\n    raise ValueError(v)\nos.system(v)"],
    [
      'a value that matches a tight pattern',
      "import re\nif re.fullmatch('[a-z]+', v):\n    os.system(v)",
    ],
    ['a value that is a number', 'n = int(v)\nos.system("sleep %d" % n)'],
    ['a function that ignores its argument', "def pick(x):\n    return 'ls'\nos.system(pick(v))"],
  ])('knows that %s is harmless', async (_, lines) => {
    const content = `${flask}v = request.args['v']\nc = 'ls'\n${lines}\n`;
    expect(await found(content, 'python')).not.toContain('command-injection');
  });

  test.each([
    ['a branch that may be taken', 'if today:\n    c = v\nos.system(c)'],
    ['a loop', "for part in v.split(','):\n    c += part\nos.system(c)"],
    ['an element of a list', "l = ['a', v]\nl.reverse()\nos.system(l[0])"],
    ['an entry of a dictionary', "d = {}\nd['a'] = v\nos.system(d['a'])"],
    ['a function of the file', 'def wrap(x):\n    return "ping " + x\nos.system(wrap(v))'],
    ['a method of the file', 'class A:\n    def run(self, x):\n        os.system(x)\nA().run(v)'],
    ['a check that does nothing', "if v not in ('a', 'b'):\n    print(v)\nos.system(v)"],
    ['a comprehension', "os.system(' '.join([p for p in v.split()]))"],
    [
      'a failure that is caught',
      'try:\n    c = v\n    n = int(v)\nexcept ValueError:\n    pass\nos.system(c)',
    ],
    ['unpacking', 'a, b = "x", v\nos.system(b)'],
    ['a format', 'os.system("ping {host}".format(host=v))'],
  ])('follows input through %s', async (_, lines) => {
    const content = `${flask}v = request.args['v']\nc = 'ls'\n${lines}\n`;
    expect(await found(content, 'python')).toContain('command-injection');
  });

  test.each([
    ['destructuring', 'const { a: { b } } = req.body; eval(b);'],
    ['a promise', 'Promise.resolve(req.query.a).then((x) => eval(x));'],
    ['a callback', '[req.query.a].forEach((x) => { eval(x); });'],
    ['a spread', 'const o = { ...req.query }; eval(o.a);'],
    ['a closure', 'const a = req.query.a; const go = () => eval(a); go();'],
    ['await', 'const go = async () => eval(await req.text()); go();'],
  ])('follows input of a server through %s', async (_, line) => {
    const report = await hunter.scan({
      content: `app.get('/', (req, res) => { ${line} });`,
      language: 'javascript',
    });
    expect(report.alerts).toContainEqual(
      expect.objectContaining({ rule: 'code-injection', severity: 'critical', confidence: 0.95 }),
    );
  });

  test('takes a function of the file for what it is, and not for the built-in of its name', async () => {
    expect(await found('def eval(x):\n    return x\neval(user_input)\n', 'python')).toEqual([]);
    expect(await found('function eval(x) { return x; } eval(userInput);', 'javascript')).toEqual(
      [],
    );
  });
});

describe('suppression', () => {
  test.each([
    ['eval(x)  # hunter: ignore[code-injection] input is ours', 'python'],
    ['# hunter: ignore[code-injection] input is ours\neval(x)', 'python'],
    ['eval(x)  # hunter: ignore[weak-hash, code-injection] input is ours', 'python'],
    ['eval(x)  # hunter: ignore[*] input is ours', 'python'],
    ['eval(x); // hunter: ignore[code-injection] input is ours', 'javascript'],
    ['/* hunter: ignore[code-injection] input is ours */\neval(x);', 'javascript'],
    ['eval(\n  x\n)  # hunter: ignore[code-injection] input is ours', 'python'],
  ])('with a reason counts: %s', async (content, language) => {
    const report = await hunter.scan({ content, language });
    expect(report).toMatchObject({ alerts: [], riskScore: 0 });
  });

  test.each([
    ['eval(x)  # hunter: ignore[code-injection]', 'python'],
    ['eval(x)  # hunter: ignore[code-injection]   -- ', 'python'],
    ['eval(x)  # hunter: ignore[weak-hash] other rule', 'python'],
    ['eval(x)  # hunter: ignore no brackets', 'python'],
    ['# hunter: ignore[code-injection] too far above\n\neval(x)', 'python'],
    ['y = 1  # hunter: ignore[code-injection] belongs to this line\neval(x)', 'python'],
  ])('that is incomplete does not count: %s', async (content, language) => {
    expect(await found(content, language)).toContain('code-injection');
  });
});

describe('correctness', () => {
  async function issues(content: string, language: string): Promise<string[]> {
    const report = await hunter.scan({ content, language });
    return report.issues.map((issue) => issue.rule);
  }

  test.each([
    ['syntax-error', 'python', 'def f(:\n    pass\n', 'def f():\n    pass\n'],
    ['syntax-error', 'typescript', 'const a = {;', 'const a = {};'],
    [
      'swallowed-exception',
      'python',
      'try:\n    f()\nexcept:\n    pass\n',
      'try:\n    f()\nexcept ValueError:\n    pass\n',
    ],
    [
      'swallowed-exception',
      'javascript',
      'try { f(); } catch (e) {}',
      'try { f(); } catch (e) { log(e); }',
    ],
    ['mutable-default', 'python', 'def f(a=[]):\n    pass\n', 'def f(a=()):\n    pass\n'],
    ['self-comparison', 'python', 'if a.b == a.b:\n    pass\n', 'if a.b == a.c:\n    pass\n'],
    ['self-comparison', 'javascript', 'if (a === a) f();', 'if (a !== a) f();'],
    ['nan-comparison', 'javascript', 'if (a === NaN) f();', 'if (Number.isNaN(a)) f();'],
    ['identity-of-literal', 'python', "if a is 'x':\n    pass\n", 'if a is None:\n    pass\n'],
    [
      'unreachable-code',
      'python',
      'def f():\n    return 1\n    g()\n',
      'def f():\n    if a:\n        return 1\n    g()\n',
    ],
    [
      'unreachable-code',
      'javascript',
      'function f() { return 1; g(); }',
      'function f() { return h(); function h() {} }',
    ],
    ['assignment-in-condition', 'javascript', 'if (a = b) f();', 'if ((a = b)) f();'],
    ['assert-on-tuple', 'python', "assert (a, 'message')\n", "assert a, 'message'\n"],
    ['duplicate-key', 'python', "d = {'a': 1, 'a': 2}\n", "d = {'a': 1, 'b': 2}\n"],
    [
      'duplicate-key',
      'javascript',
      'const d = { a: 1, a: 2 };',
      'const d = { get a() { return 1; }, set a(v) {} };',
    ],
  ])('%s in %s', async (rule, language, wrong, right) => {
    expect(await issues(wrong, language)).toContain(rule);
    expect(await issues(right, language)).not.toContain(rule);
  });

  test('does not count for the risk', async () => {
    const report = await hunter.scan({ content: 'def f(a=[]):\n    pass\n', language: 'python' });
    expect(report).toMatchObject({ alerts: [], riskScore: 0, severity: 'none' });
  });
});

describe('broken code', () => {
  test.each([
    ['an open bracket', 'f(a, [b\neval(user_input)\n', 'python'],
    ['a half-written function', 'def half(\n\neval(user_input)\n', 'python'],
    ['a stray brace', '} eval(userInput);', 'javascript'],
    ['a half-written class', 'class A {\n  m( {\n}\neval(userInput);', 'typescript'],
    ['a mark of a merge', '<<<<<<< HEAD\neval(userInput);\n=======\n', 'javascript'],
  ])('is looked at in spite of %s', async (_, content, language) => {
    const report = await hunter.scan({ content, language });
    expect(report.alerts.map((alert) => alert.rule)).toContain('code-injection');
    expect(report.issues.map((issue) => issue.rule)).toContain('syntax-error');
  });

  test.each(['', '\n', '\uFEFF', '\r\n\r\n', '"', '\0\0', '\uD83D', '((((((((((', '😀'])(
    'does not stop at %j',
    async (content) => {
      for (const language of ['python', 'javascript', 'typescript', 'tsx', 'plaintext']) {
        const report = await hunter.scan({ content, language });
        expect(report.alerts).toEqual([]);
        const fixed = await hunter.fix({ content, language, tiers: ['apply', 'propose'] });
        expect(fixed.content).toBe(content);
      }
    },
  );
});
