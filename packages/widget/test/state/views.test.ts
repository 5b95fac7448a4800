import { describe, expect, test } from 'vitest';
import { parseAnsi } from '../../src/state/ansi.ts';
import { pendingApprovals, waitsFor } from '../../src/state/approvals-view.ts';
import { createAttention } from '../../src/state/attention.ts';
import { completeCommand, matchingCommands } from '../../src/state/commands.ts';
import { countLines, openDiffFor, unmentionedDiffs } from '../../src/state/diff-view.ts';
import { findingsOf, rangeOf } from '../../src/state/findings-view.ts';
import { isAtEnd, windowOf } from '../../src/state/follow.ts';
import { canonicalLanguage, languageOfPath } from '../../src/state/language.ts';
import { proofView } from '../../src/state/proof-view.ts';
import type { VerifiedEntry } from '@ide-assistant/sdk/verify';
import { runView } from '../../src/state/run-view.ts';
import { saveState } from '../../src/state/save-view.ts';
import { schemeOf } from '../../src/state/scheme.ts';
import { starters } from '../../src/state/starters.ts';
import {
  approval,
  chatEntry,
  connectMessage,
  diffEntry,
  finding,
  hashOf,
  ideState,
  openFile,
  run,
  scanResult,
} from '../support/samples.ts';

describe('proposals', () => {
  test('count their added and removed lines', () => {
    expect(countLines(diffEntry())).toEqual({ added: 2, removed: 1 });
  });

  test('offer the newest open one for a file', () => {
    const diffs = [
      diffEntry(),
      diffEntry({ diff_id: 'd_2' }),
      diffEntry({ diff_id: 'd_3', state: 'applied' }),
    ];
    expect(openDiffFor(diffs, 'app.py')?.diff_id).toBe('d_2');
    expect(openDiffFor(diffs, 'other.py')).toBeUndefined();
  });

  test('show even when no message speaks of them', () => {
    const diffs = [
      diffEntry(),
      diffEntry({ diff_id: 'd_2' }),
      diffEntry({ diff_id: 'd_3', state: 'rejected' }),
    ];
    expect(unmentionedDiffs(diffs, [{ diffs: ['d_1'] }]).map((diff) => diff.diff_id)).toEqual([
      'd_2',
    ]);
  });
});

describe('findings', () => {
  test('come worst first and each once', () => {
    const low = finding({ severity: 'low', rule: 'a', line: 1 });
    const high = finding({ severity: 'high', rule: 'b', line: 9 });
    const scan = { ...scanResult([low, high]), static_analysis: { issues: [high] } };
    expect(findingsOf(scan).map((one) => one.rule)).toEqual(['b', 'a']);
  });

  test('mark the text from their line and column up to their exclusive end', () => {
    const text = 'one\ntwo three\n';
    const range = rangeOf(finding({ line: 2, column: 5, end_line: 2, end_column: 10 }), text);
    expect(text.slice(range.from, range.to)).toBe('three');
  });

  test.each([
    [{ line: 99, column: 1, end_line: 99, end_column: 9 }],
    [{ line: 1, column: 99, end_line: 1, end_column: 120 }],
    [{ line: 2, column: 1, end_line: 1, end_column: 1 }],
  ])('stay within a text that has changed since: %j', (place) => {
    const text = 'ab\ncd';
    const { from, to } = rangeOf(finding(place), text);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(text.length);
    expect(to).toBeGreaterThanOrEqual(from);
  });
});

describe('program output', () => {
  test('keeps colour and weight', () => {
    expect(parseAnsi('a\u001b[1;31mb\u001b[0mc')).toEqual([
      { text: 'a', color: null, bold: false },
      { text: 'b', color: 'red', bold: true },
      { text: 'c', color: null, bold: false },
    ]);
  });

  test('drops cursor movement, titles and links', () => {
    const output =
      '\u001b[2Ja\u001b]0;title\u0007b\u001b]8;;javascript:x\u001b\\c\u001b]8;;\u001b\\\u001b[38;2;1;2;3md';
    expect(
      parseAnsi(output)
        .map((part) => part.text)
        .join(''),
    ).toBe('abcd');
  });
});

describe('a run', () => {
  test('tells its exit code and how long it took', () => {
    expect(runView(run(), 0)).toMatchObject({
      word: 'Exit 0 · 0.4 s',
      tone: 'good',
      active: false,
    });
  });

  test('counts its seconds while it runs', () => {
    expect(runView(run({ state: 'running', startedAt: 1_000 }), 4_200)).toMatchObject({
      word: 'Running 3 s',
      active: true,
    });
  });

  test('tells a timeout, a signal and cut output apart from an exit', () => {
    const result = run().result!;
    const timedOut = run({
      result: { ...result, timed_out: true, success: false, duration_ms: 10_000 },
    });
    expect(runView(timedOut, 0)).toMatchObject({ word: 'Timed out after 10.0 s', tone: 'bad' });
    const killed = run({
      result: { ...result, signal: 'SIGKILL', success: false, truncated: true },
    });
    expect(runView(killed, 0)).toMatchObject({
      word: 'Ended by SIGKILL after 0.4 s',
      detail: 'Output was cut',
    });
  });
});

describe('a file', () => {
  test('is saved only while its content is what was saved here', () => {
    const saved = { 'app.py': hashOf('a') };
    expect(saveState(openFile(), {})).toBe('clean');
    expect(saveState(openFile(), saved)).toBe('saved');
    expect(saveState(openFile({ modified: true }), saved)).toBe('unsaved');
    expect(saveState(openFile({ saving: true, modified: true }), saved)).toBe('saving');
    expect(saveState(openFile({ conflict: { currentHash: hashOf('b') } }), saved)).toBe('conflict');
  });

  test('is of the language of its extension', () => {
    expect(languageOfPath('src/a.TS')).toBe('typescript');
    expect(languageOfPath('Makefile')).toBe('text');
    expect(canonicalLanguage('py')).toBe('python');
    expect(canonicalLanguage('constructor')).toBe('constructor');
  });
});

describe('approvals', () => {
  const ada = { id: 'ada', roles: ['developer'] };

  test('show the one that expires first on top and none that is settled', () => {
    const late = approval({ approval_id: 'late', expires_at: '2027-02-01T00:00:00.000Z' });
    const done = approval({ approval_id: 'done', state: 'executed' });
    expect(pendingApprovals([late, done, approval()]).map((one) => one.approval_id)).toEqual([
      'a_1',
      'late',
    ]);
  });

  test('wait for somebody else where four eyes are asked for or the role is missing', () => {
    expect(waitsFor(approval(), ada)).toBe('me');
    expect(waitsFor(approval({ requested_by: 'ada' }), ada)).toBe('somebody');
    expect(waitsFor(approval({ requested_by: 'ada', four_eyes: false }), ada)).toBe('me');
    expect(waitsFor(approval({ approvers: ['admin'] }), ada)).toBe('somebody');
  });
});

describe('the badge', () => {
  test('counts answers that ended unseen, and forgets them once seen', () => {
    const attention = createAttention();
    const streaming = chatEntry({ state: 'streaming' });
    expect(attention.observe({ messages: [streaming], approvals: [] }, false)).toBe(0);
    expect(attention.observe({ messages: [chatEntry()], approvals: [] }, false)).toBe(1);
    expect(attention.observe({ messages: [chatEntry()], approvals: [] }, true)).toBe(0);
    expect(attention.observe({ messages: [chatEntry()], approvals: [] }, false)).toBe(0);
  });

  test('does not count history, and counts open approvals even while seen', () => {
    const attention = createAttention();
    const state = {
      messages: [chatEntry()],
      approvals: [approval(), approval({ state: 'denied' })],
    };
    expect(attention.observe(state, true)).toBe(1);
  });
});

describe('the colours', () => {
  const page = { colorScheme: 'normal', background: null, prefersDark: true };

  test('are those asked for', () => {
    expect(schemeOf('dark', { ...page, prefersDark: false })).toBe('dark');
  });

  test('follow what the page declares', () => {
    expect(schemeOf('auto', { ...page, colorScheme: 'dark', prefersDark: false })).toBe('dark');
    expect(schemeOf('auto', { ...page, colorScheme: 'light dark' })).toBe('dark');
    expect(schemeOf('auto', { ...page, colorScheme: 'light dark', prefersDark: false })).toBe(
      'light',
    );
  });

  test('follow the background where the page declares nothing', () => {
    expect(schemeOf('auto', page)).toBe('light');
    expect(schemeOf('auto', { ...page, background: 'rgb(20, 22, 26)' })).toBe('dark');
    expect(schemeOf('auto', { ...page, background: 'rgb(250, 250, 250)' })).toBe('light');
  });
});

describe('suggestions', () => {
  const tree = [{ name: 'app.py', path: 'app.py', kind: 'file' as const }];

  test('are three, and about the workspace as it is', () => {
    const labels = starters(ideState({ tree })).map((starter) => starter.label);
    expect(labels).toHaveLength(3);
    expect(labels.every((label) => label.includes('app.py'))).toBe(true);
    expect(starters(ideState())).toHaveLength(3);
  });

  test('need no model where none is connected', () => {
    const status = { state: 'connected', connect: connectMessage(null) } as const;
    const asks = starters(ideState({ tree, status })).flatMap((one) =>
      one.kind === 'ask' ? [one.message] : [],
    );
    expect(asks.every((message) => message.startsWith('/'))).toBe(true);
  });

  test('wait for the connection', () => {
    expect(starters(ideState({ tree, status: { state: 'idle' } }))).toEqual([]);
  });
});

test('commands match while the draft is a slash and letters', () => {
  expect(matchingCommands('/').length).toBeGreaterThan(3);
  expect(matchingCommands('/fi').map((command) => command.name)).toEqual(['/fix']);
  expect(matchingCommands('/fix app.py')).toEqual([]);
  expect(completeCommand(matchingCommands('/fi')[0]!, 'app.py')).toBe('/fix app.py');
});

test('the list follows its end within a few pixels only', () => {
  expect(isAtEnd({ scrollTop: 92, scrollHeight: 200, clientHeight: 100 })).toBe(true);
  expect(isAtEnd({ scrollTop: 80, scrollHeight: 200, clientHeight: 100 })).toBe(false);
  expect(windowOf([1, 2, 3], 2)).toEqual({ visible: [2, 3], earlier: 1 });
});

describe('a proof', () => {
  const entry: VerifiedEntry = {
    ok: true,
    statement: {
      ...{ id: 'v_1', seq: 41, prev: '0'.repeat(64), timestamp: '2026-01-02T03:04:05.006Z' },
      actor: { sub: 'ada', kind: 'user', sessionId: 's_1' },
      ...{ action: 'ide_file_save', phase: 'result', subject: 's_1:src/a:b.py', outcome: 'done' },
      input: { sha256: '0'.repeat(64) },
    },
    ...{ keyId: '0123456789abcdef'.repeat(4), index: 41, treeSize: 42, root: 'a', origin: 'log' },
    ...{ consistentWith: 12, firstUse: false, keys: [] },
  };

  test('tells what was checked, who did what, and enough of the key to compare', () => {
    const { tone, findings, facts, references } = proofView(entry);
    expect(tone).toBe('good');
    expect(findings.join(' ')).toMatch(/signature is good.*42 entries.*checkpoint of size 12/);
    expect(facts).toMatchObject([
      ['Who', 'ada'],
      ['What', 'file save src/a:b.py'],
      ['When', expect.any(String)],
      ['Outcome', 'done'],
      ['Key', '0123 4567 89ab cdef'],
    ]);
    expect(references).toContainEqual(['Log', 'log']);
  });

  test('says when there was nothing to hold it against', () => {
    const first = proofView({ ...entry, consistentWith: null, firstUse: true });
    expect(first.findings.at(-1)).toMatch(/first check here.*key came from the server/);
    const pinned = proofView({ ...entry, consistentWith: null, treeSize: 1 });
    expect(pinned.findings.join(' ')).toMatch(/this entry alone.*first check here.*remembered/);
  });

  test('tells the assistant’s doing from its user’s, and the server’s own', () => {
    const who = (kind: 'assistant' | 'server') => {
      const { outcome: _, ...statement } = entry.statement;
      const actor = { ...statement.actor, kind };
      return proofView({ ...entry, statement: { ...statement, actor } }).facts;
    };
    expect(who('assistant')[0]).toEqual(['Who', 'The assistant, for ada']);
    expect(who('server')[0]).toEqual(['Who', 'The server']);
    expect(who('server')).toHaveLength(4);
  });

  test('that is broken says what is, in words, and tells nothing of what it claims', () => {
    const view = proofView({ ok: false, code: 'ROLLBACK', message: 'shorter' });
    expect(view).toMatchObject({ tone: 'bad', title: 'Proof broken', facts: [] });
    expect(view.findings.join(' ')).toMatch(/entries were taken away.*Do not rely/);
  });

  test('that could not be checked is no alarm', () => {
    const view = proofView({ ok: false, code: 'UNSUPPORTED', message: 'Old browser.' });
    expect(view.tone).toBe('neutral');
    expect(view.findings).toEqual(['Old browser.', 'Nothing was found wrong.']);
  });
});
