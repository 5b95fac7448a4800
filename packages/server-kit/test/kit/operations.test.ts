import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bubblewrap, type SandboxDriver } from '../../src/index.ts';
import { silentLogger } from '../../src/logger.ts';
import { connectRaw } from '../support/raw-client.ts';
import { startKit } from '../support/start-kit.ts';

const vulnerable = 'answer = eval(user_input)\n';

describe('files', () => {
  test('are created, opened, renamed, listed and deleted', async () => {
    const client = await connectRaw((await startKit()).url);
    expect(
      await client.ask({ type: 'file_create', path: 'src/app.py', content: 'print("hé")\n' }),
    ).toMatchObject({ type: 'file_created', path: 'src/app.py', size: 13, verified: true });
    expect(await client.ask({ type: 'file_create', path: 'src/app.py' })).toMatchObject({
      code: 'already_exists',
    });
    const opened = await client.ask({ type: 'file_open', path: 'src/app.py' });
    expect(opened).toMatchObject({
      type: 'file_opened',
      content: 'print("hé")\n',
      encoding: 'utf8',
      language: 'python',
      verified: true,
    });
    expect(
      await client.ask({ type: 'file_rename', old_path: 'src/app.py', new_path: 'src/main.py' }),
    ).toMatchObject({ type: 'file_renamed', old_path: 'src/app.py', new_path: 'src/main.py' });
    expect(await client.ask({ type: 'directory_list' })).toMatchObject({
      type: 'directory_tree',
      file_count: 1,
      truncated: false,
      tree: [{ name: 'src', kind: 'directory', children: [{ path: 'src/main.py', size: 13 }] }],
    });
    expect(await client.ask({ type: 'file_delete', path: 'src/main.py' })).toMatchObject({
      type: 'file_deleted',
    });
    expect(await client.ask({ type: 'file_open', path: 'src/main.py' })).toMatchObject({
      code: 'not_found',
    });
  });

  test('are saved over the version that the client knows, and over no other', async () => {
    const client = await connectRaw((await startKit()).url);
    const first = await client.ask({ type: 'file_save', path: 'a.txt', content: 'one' });
    await client.ask({
      type: 'file_save',
      path: 'a.txt',
      content: 'two',
      base_hash: first['hash'],
    });
    expect(
      await client.ask({
        type: 'file_save',
        path: 'a.txt',
        content: '3',
        base_hash: first['hash'],
      }),
    ).toMatchObject({
      code: 'conflict',
      details: { current_hash: expect.stringMatching(/^sha256:/) as string },
    });
    expect(await client.ask({ type: 'file_open', path: 'a.txt' })).toMatchObject({
      content: 'two',
    });
  });

  test('tell the session’s other connections of a change, in numbered events', async () => {
    const { url } = await startKit();
    const one = await connectRaw(url);
    const other = await connectRaw(url, { query: { session: one.sessionId } });
    await one.ask({ type: 'file_save', path: 'a.txt', content: 'x' });
    expect(await other.next(({ type }) => type === 'file_update')).toMatchObject({
      seq: 1,
      session_id: one.sessionId,
      path: 'a.txt',
      origin: 'ada',
    });
  });

  test('go to quarantine and come back', async () => {
    const kit = await startKit();
    const client = await connectRaw(kit.url);
    await client.ask({ type: 'file_save', path: 'bad.py', content: vulnerable });
    const gone = await client.ask({ type: 'auto_quarantine', file_path: 'bad.py' });
    expect(gone).toMatchObject({ type: 'file_quarantined', original_path: 'bad.py' });
    expect(await client.ask({ type: 'directory_list' })).toMatchObject({ file_count: 0 });
    expect(await client.ask({ type: 'quarantine_list' })).toMatchObject({
      entries: [{ original_path: 'bad.py', quarantined_by: 'ada' }],
    });
    expect(
      await client.ask({
        type: 'quarantine_restore',
        quarantine_path: gone['quarantine_path'],
      }),
    ).toMatchObject({ type: 'file_restored', path: 'bad.py' });
    const restored = join(kit.workspaceOf(client.sessionId), 'bad.py');
    expect(await readFile(restored, 'utf8')).toBe(vulnerable);
  });
});

describe('code', () => {
  test('runs in the sandbox and its output arrives while it runs', async () => {
    const client = await connectRaw((await startKit()).url);
    const result = await client.ask({
      type: 'code_execute',
      request_id: 'run',
      language: 'python',
      code: 'print("Hello World")',
    });
    expect(result).toMatchObject({
      type: 'execution_result',
      stdout: 'Hello World\n',
      exit_code: 0,
      signal: null,
      success: true,
      timed_out: false,
      truncated: false,
      verified: true,
    });
    const told = client.messages.filter((message) => message['execution_id'] !== undefined);
    const [start, ...rest] = told.filter((message) => message['seq'] !== undefined);
    expect(start).toMatchObject({ type: 'execution_start', request_id: 'run' });
    expect(rest.at(-1)).toMatchObject({ type: 'execution_complete', request_id: 'run' });
    const output = rest.slice(0, -1).map((event) => event['output']);
    expect(output.join('')).toBe('Hello World\n');
  });

  test('sees the files of its workspace', async () => {
    const client = await connectRaw((await startKit()).url);
    await client.ask({ type: 'file_save', path: 'data.txt', content: 'from the file' });
    expect(
      await client.ask({
        type: 'code_execute',
        language: 'javascript',
        code: 'console.log(require("node:fs").readFileSync("data.txt", "utf8"))',
      }),
    ).toMatchObject({ stdout: 'from the file\n' });
  });

  test('in a language that nobody has: unsupported_language', async () => {
    const client = await connectRaw((await startKit()).url);
    expect(
      await client.ask({ type: 'code_execute', language: 'cobol', code: 'STOP RUN.' }),
    ).toMatchObject({ code: 'unsupported_language' });
  });

  test('is stopped by cancel, and its request ends in cancelled', async () => {
    const client = await connectRaw((await startKit()).url);
    const run = client.ask({
      type: 'code_execute',
      request_id: 'long',
      language: 'python',
      code: 'print("on", flush=True)\nimport time\ntime.sleep(9)',
    });
    await client.next(({ type }) => type === 'execution_output');
    expect(await client.ask({ type: 'cancel', request_id_to_cancel: 'long' })).toMatchObject({
      type: 'cancel_result',
      cancelled: true,
    });
    expect(await run).toMatchObject({ type: 'cancelled', request_id: 'long' });
    expect(await client.ask({ type: 'cancel', request_id_to_cancel: 'long' })).toMatchObject({
      cancelled: false,
    });
  });
});

test('code runs again once what kept its sandbox from opening is gone', async () => {
  const opened: string[] = [];
  const driver = bubblewrap();
  const failingOnce: SandboxDriver = {
    name: 'bubblewrap',
    probe: () => driver.probe(),
    open: (options) => {
      opened.push(options.sessionId);
      return opened.length === 1 ? Promise.reject(new Error('no space')) : driver.open(options);
    },
  };
  const { url } = await startKit({ sandbox: { drivers: [failingOnce] }, logger: silentLogger });
  const client = await connectRaw(url);
  const run = { type: 'code_execute', language: 'python', code: 'print(1)' };
  expect(await client.ask(run)).toMatchObject({ code: 'internal' });
  expect(await client.ask(run)).toMatchObject({ stdout: '1\n' });
});

describe('findings', () => {
  test('are told with their place and a score', async () => {
    const client = await connectRaw((await startKit()).url);
    await client.ask({ type: 'file_save', path: 'bad.py', content: vulnerable });
    const scan = await client.ask({ type: 'security_scan', file_path: 'bad.py' });
    expect(scan).toMatchObject({
      type: 'security_scan_result',
      file: 'bad.py',
      alerts: [{ line: 1, severity: 'critical', fixable: true, path: 'bad.py' }],
      hunter_alerts: 1,
      severity: 'critical',
      verified: true,
    });
    expect(scan['risk_score']).toBeGreaterThanOrEqual(8);
  });

  test('are looked for in code that is no file', async () => {
    const client = await connectRaw((await startKit()).url);
    expect(
      await client.ask({ type: 'security_scan', code: 'print(1)', language: 'python' }),
    ).toMatchObject({ file: null, alerts: [], risk_score: 0, severity: 'none' });
  });

  test('are fixed where the fix is proved, and only shown by preview', async () => {
    const client = await connectRaw((await startKit()).url);
    const content = 'import yaml\n\n\ndef load(stream):\n    return yaml.load(stream)\n';
    await client.ask({ type: 'file_save', path: 'load.py', content });
    const preview = await client.ask({ type: 'auto_fix', file_path: 'load.py', preview: true });
    expect(preview['diff']).toContain('+    return yaml.safe_load(stream)');
    expect(await client.ask({ type: 'file_open', path: 'load.py' })).toMatchObject({ content });
    expect(await client.ask({ type: 'auto_fix', file_path: 'load.py' })).toMatchObject({
      type: 'auto_fix_applied',
      fixes: [{ line: 5 }],
      remaining: [],
    });
    expect(await client.ask({ type: 'file_open', path: 'load.py' })).toMatchObject({
      content: content.replace('yaml.load', 'yaml.safe_load'),
    });
  });
});

describe('the built-in assistant', () => {
  test('says that no model is connected and what it can do', async () => {
    const client = await connectRaw((await startKit()).url);
    expect(client.connect).toMatchObject({
      capabilities: { assistant: { name: 'builtin', model: null } },
    });
    const answer = await client.ask({ type: 'chat', message: 'What is love?' });
    expect(answer).toMatchObject({ type: 'ai_response', verified: true, diffs: [] });
    const { content } = answer['message'] as { content: string };
    expect(content).toContain('No model is connected');
    const deltas = client.messages.filter(({ type }) => type === 'ai_delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe(content);
    expect(await client.ask({ type: 'chat_history' })).toMatchObject({
      messages: [
        { role: 'user', content: 'What is love?' },
        { role: 'assistant', content },
      ],
      has_more: false,
    });
  });

  test('proposes a fix that changes the file when it is applied', async () => {
    const client = await connectRaw((await startKit()).url);
    await client.ask({ type: 'file_save', path: 'bad.py', content: vulnerable });
    const answer = await client.ask({ type: 'chat', message: '/fix bad.py' });
    const [diffId] = answer['diffs'] as string[];
    const diff = await client.next(({ type }) => type === 'diff');
    expect(diff).toMatchObject({ diff_id: diffId, path: 'bad.py', old_content: vulnerable });
    expect(await client.ask({ type: 'file_open', path: 'bad.py' })).toMatchObject({
      content: vulnerable,
    });

    const applied = await client.ask({ type: 'diff_apply', diff_id: diffId });
    expect(applied).toMatchObject({ type: 'diff_applied', path: 'bad.py', verified: true });
    expect(await client.ask({ type: 'file_open', path: 'bad.py' })).toMatchObject({
      content: diff['new_content'],
      hash: applied['hash'],
    });
    expect(await client.ask({ type: 'diff_reject', diff_id: diffId })).toMatchObject({
      code: 'conflict',
    });
  });

  test('leaves the file alone when its proposal is rejected', async () => {
    const client = await connectRaw((await startKit()).url);
    await client.ask({ type: 'file_save', path: 'bad.py', content: vulnerable });
    const answer = await client.ask({ type: 'chat', message: '/fix bad.py' });
    const [diffId] = answer['diffs'] as string[];
    expect(await client.ask({ type: 'diff_reject', diff_id: diffId })).toMatchObject({
      type: 'diff_rejected',
    });
    expect(await client.ask({ type: 'file_open', path: 'bad.py' })).toMatchObject({
      content: vulnerable,
    });
  });

  test('does not write a proposal over a file that has changed since', async () => {
    const client = await connectRaw((await startKit()).url);
    await client.ask({ type: 'file_save', path: 'bad.py', content: vulnerable });
    const answer = await client.ask({ type: 'chat', message: '/fix bad.py' });
    await client.ask({ type: 'file_save', path: 'bad.py', content: '# mine\n' });
    expect(
      await client.ask({ type: 'diff_apply', diff_id: (answer['diffs'] as string[])[0] }),
    ).toMatchObject({ code: 'conflict' });
    expect(await client.ask({ type: 'file_open', path: 'bad.py' })).toMatchObject({
      content: '# mine\n',
    });
  });

  test('formats, runs and explains', async () => {
    const client = await connectRaw((await startKit()).url);
    await client.ask({ type: 'file_save', path: 'a.py', content: 'x=  1\nprint( y )\n' });
    await client.ask({ type: 'chat', message: '/format a.py' });
    expect(await client.next(({ type }) => type === 'diff')).toMatchObject({
      new_content: 'x = 1\nprint(y)\n',
    });
    const ran = await client.ask({ type: 'chat', message: '/run a.py' });
    expect((ran['message'] as { content: string }).content).toContain('NameError');
    const explained = await client.ask({ type: 'chat', message: '/explain' });
    const { content } = explained['message'] as { content: string };
    expect(content).toContain('A name is used that nothing has defined.');
    expect(content).toContain('>    2  print( y )');
  });
});
