import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHunter, type FixTier, type Hunter } from '../../src/hunter/index.ts';

let hunter: Hunter;
beforeAll(async () => {
  hunter = await createHunter({ timeoutMs: 60_000 });
});
afterAll(() => hunter.close());

interface FixCase {
  readonly rule: string;
  readonly language: string;
  readonly tier: FixTier;
  readonly before: string;
  readonly after: string;
}

const cases: readonly FixCase[] = [
  {
    rule: 'unsafe-deserialization',
    language: 'python',
    tier: 'apply',
    before: 'import yaml\nd = yaml.load(s)\n',
    after: 'import yaml\nd = yaml.safe_load(s)\n',
  },
  {
    rule: 'unsafe-deserialization',
    language: 'python',
    tier: 'apply',
    before: 'import yaml\nd = yaml.load(s, Loader=yaml.Loader)\n',
    after: 'import yaml\nd = yaml.load(s, Loader=yaml.SafeLoader)\n',
  },
  {
    rule: 'weak-hash',
    language: 'python',
    tier: 'apply',
    before: 'import hashlib\netag = hashlib.md5(body).hexdigest()\n',
    after: 'import hashlib\netag = hashlib.md5(body, usedforsecurity=False).hexdigest()\n',
  },
  {
    rule: 'debug-enabled',
    language: 'python',
    tier: 'apply',
    before: 'app.run(debug=True)\n',
    after: 'app.run(debug=False)\n',
  },
  {
    rule: 'weak-random',
    language: 'python',
    tier: 'apply',
    before: 'import random\ntoken = random.randint(0, 9)\n',
    after: 'import secrets\nimport random\ntoken = secrets.SystemRandom().randint(0, 9)\n',
  },
  {
    rule: 'missing-timeout',
    language: 'python',
    tier: 'apply',
    before: "import requests\nrequests.get('https://a.example')\n",
    after: "import requests\nrequests.get('https://a.example', timeout=30)\n",
  },
  {
    rule: 'archive-extraction',
    language: 'python',
    tier: 'apply',
    before: "import tarfile\ntarfile.open('a').extractall('out')\n",
    after: "import tarfile\ntarfile.open('a').extractall('out', filter='data')\n",
  },
  {
    rule: 'autoescape-disabled',
    language: 'python',
    tier: 'apply',
    before: 'import jinja2\njinja2.Environment(loader=l)\n',
    after: 'import jinja2\njinja2.Environment(loader=l, autoescape=True)\n',
  },
  {
    rule: 'insecure-cookie',
    language: 'python',
    tier: 'apply',
    before: "r.set_cookie('a', v, secure=False)\n",
    after: "r.set_cookie('a', v, secure=True)\n",
  },
  {
    rule: 'insecure-cookie',
    language: 'javascript',
    tier: 'apply',
    before: 'const o = { httpOnly: false };\n',
    after: 'const o = { httpOnly: true };\n',
  },
  {
    rule: 'insecure-temporary-file',
    language: 'python',
    tier: 'propose',
    before: 'import tempfile\np = tempfile.mktemp()\n',
    after: 'import tempfile\np = tempfile.NamedTemporaryFile(delete=False).name\n',
  },
  {
    rule: 'code-injection',
    language: 'python',
    tier: 'propose',
    before: 'v = eval(user_input)\n',
    after: 'import ast\nv = ast.literal_eval(user_input)\n',
  },
  {
    rule: 'code-injection',
    language: 'javascript',
    tier: 'propose',
    before: 'const v = eval(userInput);\n',
    after: 'const v = JSON.parse(userInput);\n',
  },
  {
    rule: 'tls-verification-disabled',
    language: 'python',
    tier: 'propose',
    before: 'requests.get(URL, verify=False, timeout=3)\n',
    after: 'requests.get(URL, timeout=3)\n',
  },
  {
    rule: 'tls-verification-disabled',
    language: 'python',
    tier: 'propose',
    before: 'import ssl\nc = ssl._create_unverified_context()\n',
    after: 'import ssl\nc = ssl.create_default_context()\n',
  },
  {
    rule: 'tls-verification-disabled',
    language: 'typescript',
    tier: 'propose',
    before: 'const o = { rejectUnauthorized: false };\n',
    after: 'const o = { rejectUnauthorized: true };\n',
  },
  {
    rule: 'weak-hash',
    language: 'python',
    tier: 'propose',
    before: 'import hashlib\nh = hashlib.md5(b)\n',
    after: 'import hashlib\nh = hashlib.sha256(b)\n',
  },
  {
    rule: 'weak-hash',
    language: 'javascript',
    tier: 'propose',
    before: "crypto.createHash('md5');\n",
    after: "crypto.createHash('sha256');\n",
  },
  {
    rule: 'cross-site-scripting',
    language: 'javascript',
    tier: 'propose',
    before: 'element.innerHTML = text;\n',
    after: 'element.textContent = text;\n',
  },
  {
    rule: 'command-injection',
    language: 'python',
    tier: 'propose',
    before: "import subprocess\nsubprocess.run('ls -l', shell=True)\n",
    after: "import subprocess\nsubprocess.run(['ls', '-l'])\n",
  },
  {
    rule: 'command-injection',
    language: 'python',
    tier: 'propose',
    before: "import subprocess\nsubprocess.run(f'ls {d}', check=True, shell=True)\n",
    after: "import subprocess\nsubprocess.run(['ls', d], check=True)\n",
  },
  {
    rule: 'sql-injection',
    language: 'python',
    tier: 'propose',
    before: 'cur.execute("SELECT * FROM t WHERE a = \'%s\'" % x)\n',
    after: 'cur.execute("SELECT * FROM t WHERE a = ?", (x,))\n',
  },
  {
    rule: 'sql-injection',
    language: 'python',
    tier: 'propose',
    before:
      "import psycopg2\ncur = psycopg2.connect('').cursor()\ncur.execute(f'select * from t where a = {x} and b = {y}')\n",
    after:
      "import psycopg2\ncur = psycopg2.connect('').cursor()\ncur.execute('select * from t where a = %s and b = %s', (x, y))\n",
  },
  {
    rule: 'xml-external-entities',
    language: 'python',
    tier: 'propose',
    before: 'from lxml import etree\np = etree.XMLParser(resolve_entities=True)\n',
    after: 'from lxml import etree\np = etree.XMLParser(resolve_entities=False)\n',
  },
  {
    rule: 'host-key-unchecked',
    language: 'python',
    tier: 'propose',
    before: 'import paramiko\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n',
    after: 'import paramiko\nc.set_missing_host_key_policy(paramiko.RejectPolicy())\n',
  },
  {
    rule: 'permissive-file-mode',
    language: 'python',
    tier: 'propose',
    before: "import os\nos.chmod('x', 0o777)\n",
    after: "import os\nos.chmod('x', 0o600)\n",
  },
  {
    rule: 'insecure-window',
    language: 'javascript',
    tier: 'propose',
    before: 'const w = { nodeIntegration: true };\n',
    after: 'const w = { nodeIntegration: false };\n',
  },
  {
    rule: 'unsafe-buffer',
    language: 'javascript',
    tier: 'propose',
    before: 'const b = new Buffer(x);\n',
    after: 'const b = Buffer.from(x);\n',
  },
];

describe.each(cases)('$rule in $language: $before', ({ rule, language, tier, before, after }) => {
  test('is marked as fixable', async () => {
    const { alerts } = await hunter.scan({ content: before, language });
    expect(alerts).toContainEqual(expect.objectContaining({ rule, fixable: true }));
  });

  test('is mended as expected, and is gone then', async () => {
    const result = await hunter.fix({ content: before, language, tiers: [tier], issue: rule });
    expect(result.content).toBe(after);
    expect(result.fixes).toMatchObject([{ rule, tier }]);
    expect(result.remaining.map((alert) => alert.rule)).not.toContain(rule);
  });

  test('is left alone by a second run', async () => {
    const second = await hunter.fix({ content: after, language, tiers: [tier], issue: rule });
    expect(second).toMatchObject({ content: after, fixes: [] });
  });

  test('keeps a byte order mark and the ends of lines', async () => {
    const windows = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    const result = await hunter.fix({
      content: windows(before),
      language,
      tiers: [tier],
      issue: rule,
    });
    expect(result.content).toBe(windows(after));
  });

  test('is mended at the right place after characters outside of the basic plane', async () => {
    const mark = language === 'python' ? '# 😀 𝒳 é\n' : '// 😀 𝒳 é\n';
    const result = await hunter.fix({
      content: mark + before,
      language,
      tiers: [tier],
      issue: rule,
    });
    // An import that a fix adds stands before the first statement, after the comment.
    expect(result.content).toBe(mark + after);
  });
});

test('applies only what may be applied unasked, by default', async () => {
  const content = 'v = eval(user_input)\napp.run(debug=True)\n';
  const result = await hunter.fix({ content, language: 'python' });
  expect(result.content).toBe('v = eval(user_input)\napp.run(debug=False)\n');
  expect(result.remaining.map((alert) => alert.rule)).toEqual(['code-injection']);
});

test('mends several findings at once and adds each import once, after the docstring', async () => {
  const content = '"""Doc."""\nfrom __future__ import annotations\n\na = eval(x)\nb = eval(y)\n';
  const result = await hunter.fix({ content, language: 'python', tiers: ['propose'] });
  expect(result.content).toBe(
    '"""Doc."""\nfrom __future__ import annotations\nimport ast\n\na = ast.literal_eval(x)\nb = ast.literal_eval(y)\n',
  );
  expect(result.fixes.map((fix) => fix.line)).toEqual([4, 5]);
});

test('uses an import that is there', async () => {
  const content = 'import ast\nv = eval(x)\n';
  const result = await hunter.fix({ content, language: 'python', tiers: ['propose'] });
  expect(result.content).toBe('import ast\nv = ast.literal_eval(x)\n');
});

test('makes no fix whose import would take a name from something else', async () => {
  const content = 'ast = 3\nv = eval(x)\n';
  const result = await hunter.fix({ content, language: 'python', tiers: ['propose'] });
  expect(result).toMatchObject({ content, fixes: [] });
});

test('mends two findings in one call, and tells the lines of the text that was given', async () => {
  const content =
    'import random\n\ntoken = random.random()\nr.get(1)\nrequests.get(URL, verify=False)\n';
  const result = await hunter.fix({ content, language: 'python', tiers: ['apply', 'propose'] });
  expect(result.content).toBe(
    'import secrets\nimport random\n\ntoken = secrets.SystemRandom().random()\nr.get(1)\nrequests.get(URL, timeout=30)\n',
  );
  expect(result.fixes.map(({ rule, line }) => [rule, line])).toEqual([
    ['weak-random', 3],
    ['missing-timeout', 5],
    ['tls-verification-disabled', 5],
  ]);
});

test.each(['missing-timeout', 'timeout', 'waits for ever', 'Timeout'])(
  'mends only what %s names',
  async (issue) => {
    const content = "import requests\napp.run(debug=True)\nrequests.get('https://a.example')\n";
    const result = await hunter.fix({ content, language: 'python', issue });
    expect(result.fixes.map((fix) => fix.rule)).toEqual(['missing-timeout']);
    expect(result.remaining.map((alert) => alert.rule)).toEqual(['debug-enabled']);
  },
);

test.each([
  ['pickle', 'import pickle\npickle.loads(blob)\n', 'python'],
  ['a password', "password = 'h7k2mmq9'\n", 'python'],
  ['a command with a pipe', "import subprocess\nsubprocess.run('a | b', shell=True)\n", 'python'],
  ['a table name', 'cur.execute(f"select * from {t}")\n', 'python'],
  ['a formatted value', 'cur.execute(f"select * from t where a = {x!r}")\n', 'python'],
  ['a seeded generator', 'import random\nrandom.seed(1)\ntoken = random.random()\n', 'python'],
  ['a file that is clean', 'def add(a, b):\n    return a + b\n', 'python'],
  ['a language without syntax rules', 'app.run(debug=True)\n', 'ruby'],
])('leaves %s as it is', async (_, content, language) => {
  const result = await hunter.fix({ content, language, tiers: ['apply', 'propose'] });
  expect(result).toMatchObject({ content, fixes: [] });
});

test('does not touch what a comment accepts', async () => {
  const content = 'app.run(debug=True)  # hunter: ignore[debug-enabled] local demo\n';
  const result = await hunter.fix({ content, language: 'python' });
  expect(result).toMatchObject({ content, fixes: [] });
});

test('mends broken code without making it worse', async () => {
  const content = 'def broken(:\n    pass\n\napp.run(debug=True)\n';
  const result = await hunter.fix({ content, language: 'python' });
  expect(result.content).toBe('def broken(:\n    pass\n\napp.run(debug=False)\n');
});
