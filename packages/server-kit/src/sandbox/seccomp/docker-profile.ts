import { namespaceFlags, netlinkFamily, socketFamilies, terminalRequests } from './filter.ts';
import { withheld, type FilterArch } from './syscalls.ts';

/**
 * Calls of x64 and arm64 up to the highest that was looked at which programs may use. All others
 * are refused: those of the tables beside this one, and whatever is newer.
 */
const allowed = `
accept accept4 access afs_syscall alarm arch_prctl bind brk cachestat capget capset chdir chmod
chown clock_getres clock_gettime clock_nanosleep close close_range connect copy_file_range creat
dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2
epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2
fadvise64 fallocate fchdir fchmod fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr
flock fork fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex futex_waitv futimesat
get_kernel_syms get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid
getgid getgroups getitimer getpeername getpgid getpgrp getpid getpmsg getppid getpriority
getrandom getresgid getresuid getrlimit getrusage getsid getsockname getsockopt gettid
gettimeofday getuid getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch
io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit ioprio_get ioprio_set kill
landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lgetxattr link linkat
listen listxattr llistxattr lremovexattr lseek lsetxattr lstat madvise membarrier mincore mkdir
mkdirat mknod mknodat mlock mlock2 mlockall mmap mprotect mq_getsetattr mq_notify mq_timedreceive
mq_timedsend mq_unlink mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap
nanosleep newfstatat open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc
pkey_free pkey_mprotect poll ppoll prctl pread64 preadv preadv2 prlimit64 process_mrelease
pselect6 putpmsg pwrite64 pwritev pwritev2 query_module read readahead readlink readlinkat readv
recvfrom recvmmsg recvmsg removexattr rename renameat renameat2 restart_syscall rmdir rseq
rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity
sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity
sched_setattr sched_setparam sched_setscheduler sched_yield seccomp security select semctl semget
semop semtimedop sendfile sendmmsg sendmsg sendto set_robust_list set_thread_area set_tid_address
setfsgid setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid setresuid
setreuid setrlimit setsid setsockopt setuid setxattr shmat shmctl shmdt shmget shutdown
sigaltstack signalfd signalfd4 socketpair splice stat statfs statx symlink symlinkat sync
sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun
timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate
tuxcall umask uname unlink unlinkat utime utimensat utimes vfork vserver wait4 waitid write writev
`
  .trim()
  .split(/\s+/);

/** A filter as Docker reads it. */
interface DockerProfile {
  defaultAction: 'SCMP_ACT_ERRNO';
  architectures: readonly string[];
  syscalls: readonly Rule[];
}

/** A rule of Docker's profiles: all of `args` must hold. */
interface Rule {
  names: readonly string[];
  action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  errnoRet?: number;
  args?: readonly Comparison[];
}

interface Comparison {
  index: number;
  op: 'SCMP_CMP_MASKED_EQ';
  /** The mask. */
  value: number;
  /** What must stand under it. */
  valueTwo: number;
}

const architectures: Record<FilterArch, string> = {
  x64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
};

/** ENOSYS, as if the kernel were older. */
const notThere = 38;
const word = 0xffff_ffff;

/**
 * The same filter as `buildFilter` makes, as a profile of Docker, which can only list what it
 * allows if calls without a name are to be refused. Docker has its own names for what the kernel
 * takes, and leaves out those that it does not know.
 * @see https://docs.docker.com/engine/security/seccomp/
 */
export function dockerProfile(arch: FilterArch): DockerProfile {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    // Calls through another architecture's door kill the program.
    architectures: [architectures[arch]],
    syscalls: [
      // Runtimes do without these only where the kernel seems not to have them.
      { names: Object.keys(withheld), action: 'SCMP_ACT_ERRNO', errnoRet: notThere },
      // What is not counted elsewhere counts toward the container.
      allow([...allowed, 'memfd_create']),
      allow(['clone'], under(0, namespaceFlags, 0)),
      ...socketFamilies.map((family) => allow(['socket'], under(0, word, family))),
      allow(['socket'], under(0, word, netlinkFamily), under(2, word, 0)),
      ...everythingBut(terminalRequests).map(({ mask, value }) =>
        allow(['ioctl'], under(1, mask, value)),
      ),
    ],
  };
}

function allow(names: readonly string[], ...args: readonly Comparison[]): Rule {
  return { names, action: 'SCMP_ACT_ALLOW', ...(args.length > 0 && { args }) };
}

function under(index: number, mask: number, value: number): Comparison {
  return { index, op: 'SCMP_CMP_MASKED_EQ', value: mask, valueTwo: value };
}

/**
 * All 32-bit words but a few, as masks and what stands under them. The kernel looks at 32 bits of
 * an argument that has 64, so comparing it as a whole could be passed by with the upper half.
 */
export function everythingBut(values: readonly number[]): { mask: number; value: number }[] {
  const parts: { mask: number; value: number }[] = [];
  const split = (bit: number, mask: number, value: number, within: readonly number[]): void => {
    if (within.length === 0) {
      parts.push({ mask, value });
      return;
    }
    if (bit < 0) return;
    const weight = 2 ** bit;
    for (const half of [0, weight]) {
      const inside = within.filter((one) => Math.floor(one / weight) % 2 === half / weight);
      split(bit - 1, mask + weight, value + half, inside);
    }
  };
  split(31, 0, 0, values);
  return parts;
}
