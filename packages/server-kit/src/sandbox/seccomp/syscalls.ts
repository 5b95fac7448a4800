/** Processor architectures for which a filter exists, as `process.arch` spells them. */
export type FilterArch = 'x64' | 'arm64';

/**
 * Highest system call number that was looked at, `cachestat` of Linux 6.5. Whatever is above it is
 * answered as if the kernel were older, so that a new call is refused until someone judged it.
 */
export const highestReviewed = 451;

/** Position of each architecture's number in a row of the tables below. */
export const archColumn: Record<FilterArch, 0 | 1> = { x64: 0, arm64: 1 };

/** Numbers of one call: on x64 and on arm64, `null` where the architecture never had it. */
export type SyscallNumbers = readonly [x64: number, arm64: number | null];

/**
 * Calls that no program of a user needs and that reach for the kernel, other processes or the
 * machine's state. They fail with EPERM.
 * @see Linux arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h
 */
export const forbidden: Readonly<Record<string, SyscallNumbers>> = {
  // other processes
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  // mounts and the root directory
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  move_mount: [429, 429],
  open_tree: [428, 428],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  // namespaces
  unshare: [272, 97],
  setns: [308, 268],
  // keys, tracing and other large surfaces of the kernel
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  fanotify_init: [300, 262],
  fanotify_mark: [301, 263],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  vmsplice: [278, 75],
  remap_file_pages: [216, 234],
  memfd_secret: [447, 447],
  personality: [135, 92],
  lookup_dcookie: [212, 18],
  // the machine
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  create_module: [174, null],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  iopl: [172, null],
  ioperm: [173, null],
  modify_ldt: [154, null],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  settimeofday: [164, 170],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  syslog: [103, 116],
  acct: [163, 89],
  vhangup: [153, 58],
  nfsservctl: [180, 42],
  uselib: [134, null],
  ustat: [136, null],
  sysfs: [139, null],
  _sysctl: [156, null],
  // placement of memory
  mbind: [237, 235],
  move_pages: [279, 239],
  migrate_pages: [256, 238],
  set_mempolicy: [238, 237],
  get_mempolicy: [239, 236],
  set_mempolicy_home_node: [450, 450],
};

/**
 * Calls that runtimes try first and do without when the kernel is too old. They fail with ENOSYS.
 * clone3 is here because its flags lie in memory that a filter cannot read.
 */
export const withheld: Readonly<Record<string, SyscallNumbers>> = {
  clone3: [435, 435],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  // Memory of message queues counts toward no process.
  mq_open: [240, 180],
};

/** Calls that are decided by their arguments. */
export const judged = {
  clone: [56, 220],
  socket: [41, 198],
  ioctl: [16, 29],
  memfd_create: [319, 279],
} as const satisfies Record<string, readonly [number, number]>;
