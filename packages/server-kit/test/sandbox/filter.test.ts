import { describe, expect, test } from 'vitest';
import { dockerProfile } from '../../src/sandbox/seccomp/docker-profile.ts';
import { buildFilter, isFilterArch } from '../../src/sandbox/seccomp/filter.ts';
import { Assembler } from '../../src/sandbox/seccomp/assembler.ts';
import {
  archColumn,
  forbidden,
  highestReviewed,
  withheld,
  type FilterArch,
} from '../../src/sandbox/seccomp/syscalls.ts';

const auditArch = { x64: 0xc000003e, arm64: 0xc00000b7 };
const allow = 0x7fff0000;
const kill = 0x80000000;
const errno = (number: number): number => 0x00050000 | number;

/** Runs a filter on one system call, as the kernel's interpreter of classic BPF does. */
function decide(program: Buffer, arch: number, number: number, args: readonly number[]): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(arch >>> 0, 4);
  for (const [index, value] of args.entries()) data.writeUInt32LE(value >>> 0, 16 + index * 8);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const code = program.readUInt16LE(at);
    const [yes, no] = [program.readUInt8(at + 2), program.readUInt8(at + 3)];
    const value = program.readUInt32LE(at + 4);
    const jump = (taken: boolean): number => (taken ? yes : no) * 8;
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x15) at += jump(accumulator === value);
    else if (code === 0x35) at += jump(accumulator >= value);
    else if (code === 0x45) at += jump((accumulator & value) !== 0);
    else if (code === 0x06) return value;
    else throw new Error(`Unknown instruction ${code} at ${at}.`);
  }
  throw new Error('The program has no end.');
}

describe.each(['x64', 'arm64'] as const)('the filter for %s', (arch: FilterArch) => {
  const column = archColumn[arch];
  const program = buildFilter(arch, { refuseMemfd: true });
  const judge = (number: number, ...args: number[]): number =>
    decide(program, auditArch[arch], number, args);
  const calls = {
    x64: { read: 0, openat: 257, execve: 59, clone: 56, socket: 41, ioctl: 16, memfd: 319 },
    arm64: { read: 63, openat: 56, execve: 221, clone: 220, socket: 198, ioctl: 29, memfd: 279 },
  }[arch];

  test('is short enough for the kernel and made of whole instructions', () => {
    expect(program.length % 8).toBe(0);
    expect(program.length / 8).toBeLessThan(4_096);
  });

  test('allows what programs live on', () => {
    for (const name of ['read', 'openat', 'execve'] as const)
      expect(judge(calls[name])).toBe(allow);
    expect(judge(highestReviewed)).toBe(allow);
  });

  test('forbids each call of its list', () => {
    for (const [name, numbers] of Object.entries(forbidden)) {
      const number = numbers[column];
      expect.soft(number === null ? errno(1) : judge(number), name).toBe(errno(1));
    }
  });

  test('lets runtimes believe that newer calls do not exist', () => {
    for (const numbers of Object.values(withheld)) {
      expect(judge(numbers[column] ?? highestReviewed + 1)).toBe(errno(38));
    }
    expect(judge(highestReviewed + 1)).toBe(errno(38));
    expect(judge(0x40000000 + 1)).toBe(errno(38));
    expect(judge(0xffffffff)).toBe(errno(38));
  });

  test('kills a program that calls as another architecture', () => {
    expect(decide(program, 0x40000003, 20, [])).toBe(kill);
    expect(decide(program, arch === 'x64' ? auditArch.arm64 : auditArch.x64, 0, [])).toBe(kill);
  });

  test('allows clone for threads and processes, and for no namespace', () => {
    expect(judge(calls.clone, 17)).toBe(allow);
    expect(judge(calls.clone, 0x3d0f00)).toBe(allow);
    for (const bit of [17, 25, 26, 27, 28, 29, 30]) {
      expect(judge(calls.clone, 17 | (1 << bit)), `bit ${bit}`).toBe(errno(1));
    }
  });

  test('allows the families of sockets that an empty network has use for', () => {
    for (const family of [1, 2, 10]) expect(judge(calls.socket, family, 1, 0)).toBe(allow);
    expect(judge(calls.socket, 16, 3, 0)).toBe(allow);
    expect(judge(calls.socket, 16, 3, 12)).toBe(errno(97));
    for (const family of [0, 17, 38, 40, 44]) {
      expect(judge(calls.socket, family, 1, 0)).toBe(errno(97));
    }
  });

  test('forbids typing into a terminal and allows asking for its size', () => {
    for (const request of [0x5412, 0x541c, 0x5423]) {
      expect(judge(calls.ioctl, 0, request)).toBe(errno(1));
    }
    expect(judge(calls.ioctl, 0, 0x5413)).toBe(allow);
  });

  test('refuses memory files only when told to', () => {
    expect(judge(calls.memfd)).toBe(errno(38));
    const counted = buildFilter(arch, { refuseMemfd: false });
    expect(decide(counted, auditArch[arch], calls.memfd, [])).toBe(allow);
  });
});

test('knows for which machines there is a filter', () => {
  expect(['x64', 'arm64', 'ia32', 'riscv64'].filter(isFilterArch)).toEqual(['x64', 'arm64']);
});

describe('the assembler', () => {
  test('refuses a jump to a label that does not exist', () => {
    expect(() => new Assembler().ifEqual(1, 'nowhere').assemble()).toThrow(/out of reach/);
  });

  test('refuses a jump that is too far', () => {
    const program = new Assembler().ifEqual(1, 'end');
    for (let count = 0; count < 256; count++) program.load(0);
    expect(() => program.label('end').return(0).assemble()).toThrow(/out of reach/);
  });
});

describe('the profile for Docker', () => {
  const { syscalls } = dockerProfile('x64');
  const named = new Set(
    syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW').flatMap(({ names }) => names),
  );

  test.each(Object.keys({ ...forbidden, ...withheld }))('does not allow %s', (name) => {
    expect(named).not.toContain(name);
  });

  test('says of calls that runtimes try first that the kernel does not have them', () => {
    const answered = syscalls.find(({ action }) => action === 'SCMP_ACT_ERRNO');
    expect(answered).toMatchObject({ names: Object.keys(withheld), errnoRet: 38 });
  });

  const allows = (name: string, ...words: bigint[]): boolean =>
    syscalls.some(({ names, action, args = [] }) => {
      if (action !== 'SCMP_ACT_ALLOW' || !names.includes(name)) return false;
      return args.every(({ index, value, valueTwo }) => {
        return ((words[index] ?? 0n) & BigInt(value)) === BigInt(valueTwo);
      });
    });

  test.each([
    ['clone of a thread', 'clone', [0x3d0f00n], true],
    ['clone into a namespace', 'clone', [0x10000011n], false],
    ['a Unix socket', 'socket', [1n, 1n, 0n], true],
    ['a vsock', 'socket', [40n, 1n, 0n], false],
    ['a route socket', 'socket', [16n, 3n, 0n], true],
    ['a netfilter socket', 'socket', [16n, 3n, 12n], false],
    ['an ordinary terminal request', 'ioctl', [0n, 0x5413n], true],
    ['typing into a terminal', 'ioctl', [0n, 0x5412n], false],
    ['typing into one with the upper half set', 'ioctl', [0n, 0x1_0000_5412n], false],
    ['pasting into a terminal', 'ioctl', [0n, 0x541cn], false],
  ] as const)('judges %s by its arguments', (_, name, words, allowed) => {
    expect(allows(name, ...words)).toBe(allowed);
  });
});
