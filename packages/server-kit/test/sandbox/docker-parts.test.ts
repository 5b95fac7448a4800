import { describe, expect, test } from 'vitest';
import { createFrameReader, type FrameStream } from '../../src/sandbox/drivers/docker/frames.ts';
import { judgeProtections } from '../../src/sandbox/drivers/docker/protections.ts';
import {
  createMarker,
  createReportReader,
} from '../../src/sandbox/drivers/docker/report-reader.ts';
import { readReport } from '../../src/sandbox/drivers/docker/run-script.ts';
import { readFacts } from '../../src/sandbox/drivers/docker/warden-script.ts';
import { resolveLimits } from '../../src/sandbox/limits.ts';

/** The same bytes in pieces of this length. */
const inPieces = (bytes: Buffer, length: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length),
  );

describe('the frames of Docker', () => {
  const frame = (stream: FrameStream, text: string): Buffer => {
    const header = Buffer.alloc(8);
    header[0] = stream === 'stdout' ? 1 : 2;
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };
  const sent = Buffer.concat([
    frame('stdout', 'one '),
    frame('stderr', 'bad '),
    frame('stdout', ''),
    frame('stdout', 'zwölf'),
    frame('stderr', 'worse'),
  ]);

  test.each([1, 2, 7, 8, 9, 1_000])('are read when they arrive by %i bytes', (length) => {
    const read = { stdout: '', stderr: '' };
    const reader = createFrameReader((stream, bytes) => {
      read[stream] += bytes.toString('latin1');
    });
    for (const piece of inPieces(sent, length)) reader(piece);
    expect(Buffer.from(read.stdout, 'latin1').toString()).toBe('one zwölf');
    expect(read.stderr).toBe('bad worse');
  });

  test('may be many in one piece', () => {
    let count = 0;
    const reader = createFrameReader(() => (count += 1));
    reader(Buffer.concat(Array.from({ length: 50_000 }, () => frame('stdout', 'x'))));
    expect(count).toBe(50_000);
  });
});

describe('the report of a run', () => {
  const marker = createMarker();

  const readAll = (text: string, length: number) => {
    const reader = createReportReader(marker);
    const pieces = inPieces(Buffer.from(text), length).map((piece) => reader.read(piece));
    const output = Buffer.concat([...pieces, reader.rest()]).toString();
    return { output, end: readReport(reader.report()), stage: reader.stage };
  };

  test.each([1, 3, 40, 1_000])('is parted from the output when it comes by %i bytes', (length) => {
    const text = `lost${marker} begin\nerr${marker.slice(0, 9)}or\u001E${marker} end\nexit 3\nclean\n`;
    expect(readAll(text, length)).toEqual({
      output: `err${marker.slice(0, 9)}or\u001E`,
      end: { exitCode: 3, signal: null, clean: true },
      stage: 'reported',
    });
  });

  test('comes through a terminal as well', () => {
    const text = `${marker} ready\r\n\r\n${marker} begin\r\n$ ${marker} end\r\nexit 0\r\nclean\r\n`;
    expect(readAll(text, 5)).toMatchObject({ output: '$ ', end: { exitCode: 0, clean: true } });
  });

  test.each([
    ['Killed\nexit 137', { exitCode: null, signal: 'SIGKILL' }],
    ['sh: line 9: 12 Segmentation fault (core dumped)\nexit 139', { signal: 'SIGSEGV' }],
    ['exit 139', { exitCode: 139, signal: null }],
  ])('tells a signal by what a shell says: %j', (said, end) => {
    expect(readReport(`${marker} end\n${said}\ndirty\n`)).toMatchObject({ ...end, clean: false });
  });

  test('is missing when the script around the program was killed', () => {
    const { output, end } = readAll(`${marker} begin\nlast words ${marker.slice(0, 5)}`, 4);
    expect(output).toBe(`last words ${marker.slice(0, 5)}`);
    expect(end).toBeUndefined();
    expect(readReport(`${marker} end\n\nclean\n`)).toBeUndefined();
  });

  test('does not grow without end when a program forges one', () => {
    const reader = createReportReader(marker);
    reader.read(Buffer.from(`${marker} begin\n${marker} end\n`));
    for (let index = 0; index < 100; index++) reader.read(Buffer.alloc(65_536, 'x'));
    expect(reader.report().length).toBeLessThan(20_000);
  });
});

test('what nobody counts is absent from the facts of a container', () => {
  expect(readFacts('0 2 1500 4096\n')).toEqual({
    ...{ processes: 0, outOfMemoryKills: 2 },
    ...{ cpuMs: 1.5, peakBytes: 4_096 },
  });
  expect(readFacts('1 0 - -')).toEqual({ processes: 1, outOfMemoryKills: 0 });
});

describe('the grades of protections', () => {
  const limits = resolveLimits();
  const status =
    'CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n';
  const seen: Record<string, string> = {
    status,
    limits: 'Max file size             67108864             67108864             bytes\n',
    interfaces: 'Inter-| Receive\n face |bytes\n    lo:       0\n',
    processes: '/proc/1\n/proc/7\n/proc/12\n',
    groups: 'memory.max 268435456\nmemory.swap.max 0\npids.max 68\ncpu.max 100000\n',
  };
  const judge = (other: Record<string, string> = {}) =>
    judgeProtections({ limits, section: (name) => ({ ...seen, ...other })[name] ?? '' });

  test('are all enforced where all was seen, by control groups of version 2', () => {
    const { disk, ...rest } = judge();
    expect(disk.level).toBe('best-effort');
    for (const { level } of Object.values(rest)) expect(level).toBe('enforced');
    expect(rest.memory.by).toBe('cgroup2');
  });

  test.each([
    ['network', { interfaces: '    lo: 0\n  eth0: 0\n' }, 'absent'],
    ['filesystem', { writable: '/etc\n' }, 'absent'],
    ['filesystem', { host: '/tmp/workspace\n' }, 'absent'],
    ['syscalls', { status: status.replace('Seccomp:\t2', 'Seccomp:\t0') }, 'absent'],
    ['privileges', { status: status.replace('NoNewPrivs:\t1', 'NoNewPrivs:\t0') }, 'absent'],
    ['memory', { groups: 'memory.max max\n' }, 'absent'],
    ['memory', { groups: 'memory/memory.limit_in_bytes 268435456\n' }, 'best-effort'],
    ['pids', { groups: 'pids.max max\n' }, 'absent'],
    ['cpu', { groups: '' }, 'absent'],
    ['fileSize', { limits: 'Max file size  unlimited  unlimited  bytes\n' }, 'absent'],
  ] as const)('see that %s does not hold with %j', (name, other, level) => {
    const grade = judge(other)[name];
    expect(grade).toMatchObject({ level, reason: expect.any(String) });
  });
});
