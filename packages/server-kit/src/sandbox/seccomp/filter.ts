import { Assembler } from './assembler.ts';
import {
  archColumn,
  forbidden,
  highestReviewed,
  judged,
  withheld,
  type FilterArch,
} from './syscalls.ts';

// AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of Linux include/uapi/linux/audit.h.
const auditArch: Record<FilterArch, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

// Offsets in `struct seccomp_data`. Of an argument only its lower half is looked at: the kernel
// itself takes `domain`, `cmd` and the flags below as 32 bits.
const numberOffset = 0;
const archOffset = 4;
const argumentOffset = (index: number): number => 16 + index * 8;

const allow = 0x7fff0000;
const killProcess = 0x80000000;
const fail = (errno: number): number => 0x00050000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** Where the x32 calls of an x86-64 kernel begin: the same calls by other numbers. */
const x32Bit = 0x40000000;

/** Every CLONE_NEW* flag that clone takes, see Linux include/uapi/linux/sched.h. */
export const namespaceFlags = 0x7e020000;

// Address families: AF_UNIX, AF_INET and AF_INET6 are of use in an empty network, AF_NETLINK is
// how programs list its interfaces (protocol 0 alone; the others reach netfilter and the like).
export const socketFamilies = [1, 2, 10];
export const netlinkFamily = 16;

// TIOCSTI types into a terminal, TIOCLINUX pastes into one, TIOCSETD loads line disciplines.
export const terminalRequests = [0x5412, 0x541c, 0x5423];

/** Whether a filter exists for this architecture. */
export function isFilterArch(arch: string): arch is FilterArch {
  return arch in archColumn;
}

/** What {@link buildFilter} may be told. */
export interface FilterOptions {
  /**
   * Whether memfd_create is refused. Memory of such files counts toward no process, so it must be
   * unless a memory cgroup counts it.
   */
  refuseMemfd: boolean;
}

/**
 * Builds the seccomp program of the sandbox: lists what is refused, refuses every call newer than
 * the list, and kills a program that calls through another architecture's door.
 * @returns an array of `struct sock_filter` for `bwrap --seccomp`.
 */
export function buildFilter(arch: FilterArch, { refuseMemfd }: FilterOptions): Buffer {
  const column = archColumn[arch];
  const program = new Assembler();

  program.load(archOffset).ifEqual(auditArch[arch], undefined, 'kill').load(numberOffset);
  if (arch === 'x64') program.ifAtLeast(x32Bit, 'ENOSYS');
  program.ifAtLeast(highestReviewed + 1, 'ENOSYS');

  program
    .ifEqual(judged.clone[column], 'clone')
    .ifEqual(judged.socket[column], 'socket')
    .ifEqual(judged.ioctl[column], 'ioctl');
  if (refuseMemfd) program.ifEqual(judged.memfd_create[column], 'ENOSYS');
  for (const numbers of Object.values(withheld)) {
    const number = numbers[column];
    if (number !== null) program.ifEqual(number, 'ENOSYS');
  }
  for (const numbers of Object.values(forbidden)) {
    const number = numbers[column];
    if (number !== null) program.ifEqual(number, 'EPERM');
  }
  program.return(allow);

  program.label('clone').load(argumentOffset(0)).ifAnyBit(namespaceFlags, 'EPERM', 'allow');

  program.label('socket').load(argumentOffset(0));
  for (const family of socketFamilies) program.ifEqual(family, 'allow');
  program
    .ifEqual(netlinkFamily, undefined, 'EAFNOSUPPORT')
    .load(argumentOffset(2))
    .ifEqual(0, 'allow', 'EAFNOSUPPORT');

  program.label('ioctl').load(argumentOffset(1));
  for (const request of terminalRequests) program.ifEqual(request, 'EPERM');

  return program
    .label('allow')
    .return(allow)
    .label('EPERM')
    .return(fail(EPERM))
    .label('ENOSYS')
    .return(fail(ENOSYS))
    .label('EAFNOSUPPORT')
    .return(fail(EAFNOSUPPORT))
    .label('kill')
    .return(killProcess)
    .assemble();
}
