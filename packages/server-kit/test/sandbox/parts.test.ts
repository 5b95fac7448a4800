import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readExitStatus } from '../../src/sandbox/drivers/bubblewrap/exit-report.ts';
import { isReachable } from '../../src/sandbox/drivers/bubblewrap/reachable.ts';
import {
  coverDescriptor,
  coveredDescriptors,
} from '../../src/sandbox/drivers/bubblewrap/inherited-descriptors.ts';
import { stripsTypes } from '../../src/sandbox/program.ts';
import {
  parseResourceLimits,
  resourceLimits,
} from '../../src/sandbox/drivers/bubblewrap/resource-limits.ts';
import { findLanguage, languages } from '../../src/sandbox/languages.ts';
import { defaultSandboxLimits, resolveLimits } from '../../src/sandbox/limits.ts';
import { createOutputCollector, floodFactor } from '../../src/sandbox/output-collector.ts';
import {
  createOwnerAllocator,
  mappedUidRange,
  sessionUidRange,
  usableRange,
} from '../../src/sandbox/session-owner.ts';

describe('session users', () => {
  test('are the same for one session and differ between live sessions', () => {
    const owners = createOwnerAllocator({ first: 100, count: 50 });
    const uids = Array.from({ length: 50 }, (_, index) => owners.claim(`s${index}`).uid);
    expect(new Set(uids).size).toBe(50);
    expect(Math.min(...uids)).toBe(100);
    expect(Math.max(...uids)).toBe(149);
    expect(owners.claim('s7').uid).toBe(uids[7]);
  });

  test('run out with an error, and can be claimed again once released', () => {
    const owners = createOwnerAllocator({ first: 100, count: 1 });
    owners.claim('a');
    expect(() => owners.claim('b')).toThrow(RangeError);
    owners.release('a');
    expect(owners.claim('b')).toEqual({ uid: 100, gid: 100 });
  });

  test('stay the same over a restart of the server', () => {
    const [before, after] = [
      createOwnerAllocator(sessionUidRange),
      createOwnerAllocator(sessionUidRange),
    ];
    expect(before.claim('session')).toEqual(after.claim('session'));
  });

  test.each([
    ['the whole machine', '         0          0 4294967295\n', sessionUidRange],
    ['a container with remapped users', '         0     100000      65536\n', mappedUidRange],
  ])('come from a range that exists: %s', (_, uidMap, range) => {
    expect(usableRange(uidMap)).toBe(range);
  });
});

describe('limits', () => {
  test('are laid over one another', () => {
    const limits = resolveLimits({ pids: 10, openFiles: 20 }, undefined, { pids: 5 });
    expect(limits).toEqual({ ...defaultSandboxLimits, pids: 5, openFiles: 20 });
  });

  test.each([
    ['no time is given', [], 20],
    ['the time is short', [{ timeoutMs: 5_000 }], 20],
    ['a run may last longer', [{ timeoutMs: 110_000 }], 110],
    ['it may use more processors meanwhile', [{ timeoutMs: 110_000, cpus: 1.5 }], 165],
    ['one of its runs is shorter', [{ timeoutMs: 110_000 }, { timeoutMs: 1_000 }], 110],
    ['the host has set it', [{ timeoutMs: 110_000, cpuSeconds: 3 }, { timeoutMs: 60_000 }], 3],
  ])('leave processor time for the whole of a run where %s', (_, layers, cpuSeconds) => {
    expect(resolveLimits(...layers)).toMatchObject({ cpuSeconds });
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])('refuse %d', (pids) => {
    expect(() => resolveLimits({ pids })).toThrow(/pids/);
  });

  test('ask for no more than the server itself may have', () => {
    const hard = parseResourceLimits('Max open files            64     128     files\n', 'hard');
    const asked = resourceLimits(defaultSandboxLimits, hard, { watched: false });
    expect(asked).toMatchObject({ nofile: 128, nproc: 64, core: 0 });
    expect(asked).not.toHaveProperty('data');
  });
});

describe('the end of a program', () => {
  const ended = (code: number): string => `{ "child-pid": 7 }\n{ "exit-code": ${code} }\n`;

  test.each([
    ['exits', ended(3), 'exit 3\n', { exitCode: 3, signal: null }],
    ['exits with a code like a signal', ended(137), 'exit 137\n', { exitCode: 137, signal: null }],
    [
      'is killed',
      ended(139),
      'Segmentation fault\nexit 139\n',
      { exitCode: null, signal: 'SIGSEGV' },
    ],
    ['takes the shell along', ended(137), '', { exitCode: null, signal: 'SIGKILL' }],
    [
      'has a code that is no signal',
      ended(255),
      'odd\nexit 255\n',
      { exitCode: 255, signal: null },
    ],
  ])('is told when it %s', (_, status, report, expected) => {
    expect(readExitStatus(status, report)).toEqual(expected);
  });

  test('is unknown when the program never began', () => {
    expect(readExitStatus('{ "child-pid": 7 }\n', '')).toBeUndefined();
  });
});

describe('output', () => {
  const collect = (outputBytes: number) => {
    let floods = 0;
    const pieces: string[] = [];
    const collector = createOutputCollector({
      outputBytes,
      onOutput: ({ stream, text }) => pieces.push(`${stream}:${text}`),
      onFlood: () => floods++,
    });
    return { collector, pieces, floods: () => floods };
  };

  test('joins characters per stream, though the streams are mixed', () => {
    const { collector, pieces } = collect(100);
    const [euro, smile] = [Buffer.from('€'), Buffer.from('😀')];
    collector.add('stdout', euro.subarray(0, 1));
    collector.add('stderr', smile.subarray(0, 3));
    collector.add('stdout', euro.subarray(1));
    collector.add('stderr', smile.subarray(3));
    expect(pieces).toEqual(['stdout:€', 'stderr:😀']);
    expect(collector.finish()).toEqual({ stdout: '€', stderr: '😀', truncated: false });
  });

  test('shares one limit between the streams, and leaves no half character at the cut', () => {
    const { collector } = collect(7);
    collector.add('stderr', Buffer.from('abc'));
    collector.add('stdout', Buffer.from('€€'));
    expect(collector.finish()).toEqual({ stdout: '€', stderr: 'abc', truncated: true });
  });

  test('shows a broken character at the very end as one', () => {
    const { collector } = collect(10);
    collector.add('stdout', Buffer.from('€').subarray(0, 2));
    expect(collector.finish().stdout).toBe('\ufffd');
  });

  test('calls out a flood once', () => {
    const { collector, floods } = collect(10);
    collector.add('stdout', Buffer.alloc(10 * floodFactor - 1, 'x'));
    expect(floods()).toBe(0);
    for (let count = 0; count < 3; count++) collector.add('stderr', Buffer.from('x'));
    expect(floods()).toBe(1);
  });
});

describe('languages', () => {
  test('are found by any of their names, which are all different', () => {
    expect(findLanguage('PY')?.name).toBe('python');
    const names = languages.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    expect(findLanguage('constructor')).toBeUndefined();
  });

  test.each([
    ['20.20.2', false],
    ['22.17.1', false],
    ['22.18.0', true],
    ['23.5.0', false],
    ['23.6.0', true],
    ['24.0.0', true],
  ])('Node %s takes TypeScript as it is: %s', (version, expected) => {
    expect(stripsTypes(version)).toBe(expected);
  });
});

test('a path is reachable for a user when every directory above it may be searched', () => {
  const directory = mkdtempSync(join(tmpdir(), 'reach-'));
  const path = join(directory, 'inner');
  mkdirSync(path);
  const stranger = { uid: 54_321, gid: 54_321 };
  const { uid, gid } = statSync(directory);
  const at = (mode: number, who = stranger): boolean => {
    chmodSync(directory, mode);
    return isReachable(path, who);
  };
  expect([at(0o755), at(0o711), at(0o744), at(0o700)]).toEqual([true, true, false, false]);
  expect([at(0o700, { uid, gid }), at(0o077, { uid, gid })]).toEqual([true, false]);
  rmSync(directory, { recursive: true });
});

test('a descriptor stays covered whose number was given out again before it was uncovered', () => {
  const uncoverEarlier = coverDescriptor(1_021);
  const uncoverLater = coverDescriptor(1_021);
  uncoverEarlier();
  uncoverEarlier();
  expect(coveredDescriptors()).toContain(1_021);
  uncoverLater();
  expect(coveredDescriptors()).not.toContain(1_021);
});
