import { readdirSync, readFileSync } from 'node:fs';
import type { ExecutionOutcome, ProtectionName, SandboxLimits } from '../../src/sandbox/index.ts';
import { isFilterArch } from '../../src/sandbox/seccomp/filter.ts';
import { archColumn, forbidden, judged, withheld } from '../../src/sandbox/seccomp/syscalls.ts';

/** What lies around the sandbox for an attack to reach for. */
export interface Target {
  /** A file of the host that everyone may read. */
  hostFile: string;
  /** A file in another session's workspace. */
  otherFile: string;
  /** The session's own workspace on the host. */
  workspace: string;
  /** A word that is in the server's environment and in a descriptor that it inherited. */
  secret: string;
  tcpPort: number;
  socketPath: string;
  abstractSocket: string;
  serverPid: number;
  /** Name of the host. */
  hostName: string;
  /** Id of a piece of System V shared memory of the host that everyone may read. */
  sharedMemory: number;
  /** Given to the program as an argument, so that its processes can be told from all others. */
  marker: string;
}

/** One attack. */
export interface Attack {
  name: string;
  /** Python that prints a line with GOT for what it reached, and `done` at its end. */
  code: (target: Target) => string;
  limits?: Partial<SandboxLimits>;
  /** A protection that must be `enforced` for it to be held; elsewhere it is not tried. */
  needs?: ProtectionName;
  /** What got through, if anything. By default: any GOT, or a program that did not get to its end. */
  breach?: (outcome: ExecutionOutcome, target: Target) => string | undefined;
}

const arch = isFilterArch(process.arch) ? process.arch : 'x64';
const numberOf = (name: string): number => {
  const row = forbidden[name] ?? withheld[name] ?? judged[name as keyof typeof judged];
  return row?.[archColumn[arch]] ?? -1;
};

const helpers = `
import ctypes, errno, glob, os, resource, signal, socket, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def attempt(what):
    try:
        print("GOT", what(), flush=True)
    except BaseException as error:
        print("REFUSED", type(error).__name__, error, flush=True)
def call(number, *args):
    if libc.syscall(number, *args) >= 0:
        print("GOT system call", number, flush=True)
    else:
        print("REFUSED", number, errno.errorcode.get(ctypes.get_errno()), flush=True)
`;

const calls = (...rows: [name: string, ...args: (number | string)[]][]): string =>
  rows.map(([name, ...args]) => `call(${[numberOf(name), ...args].join(', ')})`).join('\n');

const heldToMemory = ({ stdout, reason }: ExecutionOutcome): string | undefined => {
  if (stdout.includes('GOT')) return `the memory was granted: ${stdout}`;
  if (reason === 'memory-limit' || stdout.includes('REFUSED')) return undefined;
  return `it ended by ${reason} instead`;
};

const heldToDisk = ({ stdout, reason }: ExecutionOutcome): string | undefined => {
  if (stdout.includes('GOT')) return `it got to its end: ${stdout}`;
  return reason === 'disk-limit' ? undefined : `it ended by ${reason} instead`;
};

const leavesNothing = (_: ExecutionOutcome, target: Target): string | undefined => {
  const left = processesWith(target.marker);
  return left.length === 0 ? undefined : `${left.length} processes were left`;
};

/** Processes of the whole machine that carry this word among their arguments. */
export function processesWith(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Judges one attack by its own rule, or by the general one. */
export function breachOf(
  attack: Attack,
  outcome: ExecutionOutcome,
  target: Target,
): string | undefined {
  if (attack.breach) return attack.breach(outcome, target);
  const got = outcome.stdout.split('\n').find((line) => line.startsWith('GOT'));
  if (got !== undefined) return got;
  if (/^done$/m.test(outcome.stdout)) return undefined;
  return `it did not run to its end (${outcome.reason}): ${outcome.stdout} ${outcome.stderr}`;
}

/** The whole program of an attack. */
export function programOf(attack: Attack, target: Target): string {
  return `${helpers}\n${attack.code(target)}\nprint("done")\n`;
}

const smallMemory = { memoryBytes: 134_217_728, timeoutMs: 8_000 };

/** What hostile code tries, and what must become of it. */
export const attacks: readonly Attack[] = [
  {
    name: 'reads a file of the host by its path and through other processes',
    code: ({ hostFile }) => `
for root in ("", "/proc/self/root", "/proc/1/root", "/proc/1/cwd", "/proc/2/root"):
    attempt(lambda: open(root + "${hostFile}").read())
attempt(lambda: open("/etc/shadow").read())`,
  },
  {
    name: 'reads the workspace of another session',
    code: ({ otherFile }) => `
attempt(lambda: open("${otherFile}").read())
attempt(lambda: open("/workspace/../" + "/".join("${otherFile}".split("/")[-2:])).read())`,
  },
  {
    name: 'follows a symbolic link or makes a hard link to the host',
    code: ({ hostFile }) => `
for index, target in enumerate(("${hostFile}", "/proc/1/root${hostFile}", "../../etc/shadow")):
    os.symlink(target, "link%d" % index)
    attempt(lambda: open("link%d" % index).read())
attempt(lambda: os.link("/usr/bin/env", "/workspace/hard"))`,
  },
  {
    name: 'looks for secrets of the server in environments',
    code: ({ secret }) => `
found = str(dict(os.environ)).encode()
for path in glob.glob("/proc/[0-9]*/environ"):
    try: found += open(path, "rb").read()
    except OSError: pass
print("GOT the secret" if b"${secret}" in found else "REFUSED")`,
  },
  {
    name: 'looks for host paths in the arguments of process 1',
    code: ({ workspace }) => `
text = open("/proc/1/cmdline").read()
kept = []
try: kept = [entry for entry in open("/proc/1/environ").read().split("\\0") if entry.startswith("PWD=")]
except OSError: pass
print("GOT the path" if "${workspace}" in text or kept not in ([], ["PWD=/"], ["PWD=/workspace"]) else "REFUSED")`,
  },
  {
    name: 'reads descriptors that the server inherited',
    code: ({ secret }) => `
for fd in os.listdir("/proc/self/fd"):
    if int(fd) > 2:
        try: print("GOT the secret" if b"${secret}" in os.pread(int(fd), 4096, 0) else "REFUSED")
        except OSError as error: print("REFUSED", error)
extra = [os.readlink("/proc/self/fd/" + fd) for fd in os.listdir("/proc/self/fd") if int(fd) > 2 and os.path.exists("/proc/self/fd/" + fd)]
for path in extra:
    if path != "/dev/null" and not path.startswith("/proc/"): print("GOT", path)`,
  },
  {
    name: 'sees or signals processes of the host',
    code: ({ serverPid }) => `
attempt(lambda: os.kill(${serverPid}, 9))
print("GOT host processes" if len(glob.glob("/proc/[0-9]*")) > 8 else "REFUSED")`,
  },
  {
    name: 'kills everything that it may signal',
    code: () => 'os.kill(-1, 9)\ntime.sleep(5)',
    breach: ({ reason, signal }) =>
      reason === 'exit' && signal === 'SIGKILL' ? undefined : `it ended by ${reason}`,
  },
  {
    name: 'connects to the host and to the world',
    code: ({ tcpPort }) => `
attempt(lambda: socket.create_connection(("127.0.0.1", ${tcpPort}), 1).recv(9))
attempt(lambda: socket.create_connection(("169.254.169.254", 80), 1))
attempt(lambda: socket.create_connection(("1.1.1.1", 53), 1))
attempt(lambda: socket.getaddrinfo("example.com", 80))`,
  },
  {
    name: 'connects to Unix sockets of the host',
    code: ({ socketPath, abstractSocket }) => `
def connect(address):
    s = socket.socket(socket.AF_UNIX)
    s.connect(address)
    return s.recv(9)
for address in ("${socketPath}", "\\0${abstractSocket}", "/run/docker.sock", "/run/dbus/system_bus_socket"):
    attempt(lambda: connect(address))`,
  },
  {
    name: 'opens raw, packet, vsock, crypto and netfilter sockets',
    code: () => `
for family, kind, protocol in ((17, 3, 0), (40, 1, 0), (38, 5, 0), (16, 3, 12), (2, 3, 1)):
    attempt(lambda: socket.socket(family, kind, protocol))`,
  },
  {
    name: 'changes mounts and the root directory',
    code: () =>
      calls(
        ['mount', 'b"none"', 'b"/tmp"', 'b"tmpfs"', 0, 0],
        ['umount2', 'b"/workspace"', 2],
        ['pivot_root', 'b"/tmp"', 'b"/tmp"'],
        ['chroot', 'b"/tmp"'],
        ['move_mount', -1, 'b""', -1, 'b""', 0],
        ['open_tree', -100, 'b"/"', 1],
        ['fsopen', 'b"tmpfs"', 0],
      ),
  },
  {
    name: 'makes or enters namespaces',
    code: () =>
      calls(
        ['unshare', 0x10000000],
        ['unshare', 0x00020000],
        ['setns', 0, 0],
        ['clone', 0x10000011, 0, 0, 0, 0],
        ['clone3', 0, 88],
      ),
  },
  {
    name: 'reads the memory of other processes',
    limits: { timeoutMs: 4_000 },
    code: () => `
${calls(['ptrace', 16, 1, 0, 0], ['process_vm_readv', 1, 0, 0, 0, 0, 0], ['pidfd_getfd', 0, 0, 0])}
attempt(lambda: open("/proc/1/mem", "rb").read(1))`,
  },
  {
    name: 'uses keyrings, bpf, perf, userfaultfd, io_uring, file handles and modules',
    code: () =>
      calls(
        ['keyctl', 0, -3, 1],
        ['bpf', 0, 0, 0],
        ['perf_event_open', 0, 0, -1, -1, 0],
        ['userfaultfd', 0],
        ['io_uring_setup', 8, 0],
        ['open_by_handle_at', -100, 0, 0],
        ['init_module', 0, 0, 0],
        ['kexec_load', 0, 0, 0, 0],
        ['personality', 0x0040000],
      ),
  },
  {
    name: 'calls by numbers that are newer than the filter',
    code: () =>
      `# mseal of Linux 6.10, which a kernel that knows it grants for an empty range\ncall(462, 0, 0, 0)\ncall(470)\ncall(9999)`,
  },
  ...(arch === 'x64' ? [throughThe32BitDoor(), throughTheX32Door()] : []),
  {
    name: 'becomes root or gains capabilities',
    code: () => `
attempt(lambda: os.setuid(0))
result = subprocess.run(["/usr/bin/su", "-c", "id"], capture_output=True, stdin=subprocess.DEVNULL)
print("GOT root" if b"uid=0" in result.stdout else "REFUSED")
status = open("/proc/self/status").read()
for line in ("CapEff:\\t0000000000000000", "CapBnd:\\t0000000000000000", "NoNewPrivs:\\t1", "Seccomp:\\t2"):
    if line not in status: print("GOT", line)
attempt(lambda: os.nice(-5))
attempt(lambda: os.write(os.open("/proc/1/oom_score_adj", os.O_WRONLY), b"-1000"))`,
  },
  {
    name: 'types into a terminal',
    code: () => `
import fcntl, pty
leader, follower = pty.openpty()
for request, data in ((0x5412, b"x"), (0x541c, b"\\x02"), (0x5423, b"\\0\\0\\0\\0")):
    attempt(lambda: fcntl.ioctl(follower, request, data))`,
  },
  {
    name: 'makes and opens device nodes',
    code: () => `
attempt(lambda: os.mknod("/workspace/disk", 0o60666, os.makedev(254, 0)))
attempt(lambda: os.mknod("/workspace/memory", 0o20666, os.makedev(1, 1)))
for path in ("/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/tty"): attempt(lambda: open(path))`,
  },
  {
    name: 'writes to the system',
    code: () => `
for path in ("/usr/x", "/etc/x", "/x", "/dev/x", "/run/x", "/run/code/x", "/run/code/main.py", "/etc/passwd",
             "/usr/bin/env", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"):
    attempt(lambda: open(path, "w").write("x"))`,
  },
  {
    name: 'fills /tmp, /dev/shm and other memory-backed directories',
    limits: { tmpBytes: 16_777_216 },
    code: () => `
for directory in ("/tmp", "/dev/shm", "/dev", "/run", "/"):
    written = 0
    try:
        with open(directory + "/fill", "wb") as file:
            for _ in range(40):
                file.write(b"x" * (1 << 20)); file.flush(); written += 1
    except OSError as error: print("REFUSED", directory, written, error)
    if written > 16: print("GOT", directory, written)`,
  },
  {
    name: 'writes a file beyond the size limit',
    limits: { fileBytes: 8_388_608 },
    code: () => `
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
written = 0
try:
    with open("/workspace/big", "wb") as file:
        for _ in range(12): file.write(b"x" * (1 << 20)); file.flush(); written += 1
except OSError as error: print("REFUSED", written, error)
if written > 8: print("GOT", written)`,
  },
  {
    name: 'raises its own resource limits and opens too many files',
    code: () => `
for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_CORE):
    hard = resource.getrlimit(kind)[1]
    attempt(lambda: resource.setrlimit(kind, (hard + 1, hard + 1)) or "raised")
files = []
try:
    while len(files) < 1000: files.append(open("/dev/null"))
except OSError as error: print("REFUSED", len(files), error)
if len(files) > 256: print("GOT", len(files))
del files`,
  },
  {
    name: 'forks without end',
    code: () => `
made = 0
try:
    while made < 300:
        if os.fork() == 0: time.sleep(30); os._exit(0)
        made += 1
except OSError as error: print("REFUSED", made, error)
if made > 64: print("GOT", made)`,
  },
  {
    name: 'takes memory in one process',
    limits: smallMemory,
    code: () => `
try:
    held = []
    for _ in range(32): held.append(bytearray(b"x") * (32 << 20))
    print("GOT 1 GiB")
except MemoryError: print("REFUSED")`,
    breach: heldToMemory,
  },
  {
    name: 'takes memory in eight processes, each within bounds',
    limits: smallMemory,
    code: () => `
reading, writing = os.pipe()
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(b"x") * (64 << 20)
        os.write(writing, b"k"); time.sleep(2); os._exit(0)
os.close(writing)
got = 0
while True:
    data = os.read(reading, 8)
    if not data: break
    got += len(data)
print("GOT" if got >= 8 else "REFUSED", got)`,
    breach: heldToMemory,
  },
  {
    name: 'takes memory in files that belong to no process',
    limits: smallMemory,
    code: () => `
try:
    held = []
    for _ in range(16):
        file = os.memfd_create("x"); held.append(file)
        for _ in range(60): os.write(file, b"x" * (1 << 20))
    print("GOT 960 MiB")
except OSError as error: print("REFUSED", error)`,
    breach: heldToMemory,
  },
  {
    name: 'takes memory in shared anonymous pages',
    limits: smallMemory,
    code: () => `
import mmap
held = mmap.mmap(-1, 1 << 30)
for offset in range(0, 1 << 30, 1 << 20): held[offset:offset + (1 << 20)] = b"x" * (1 << 20)
print("GOT 1 GiB")`,
    breach: heldToMemory,
  },
  {
    name: 'reaches shared memory and message queues of the host',
    code: ({ sharedMemory }) => `
libc.shmat.restype = ctypes.c_void_p
address = libc.shmat(${sharedMemory}, None, 0o10000)
if address not in (None, ctypes.c_void_p(-1).value): print("GOT", ctypes.string_at(address, 16))
if len(open("/proc/sysvipc/shm").readlines()) > 1: print("GOT a list of shared memory")
if len(open("/proc/sysvipc/msg").readlines()) > 1: print("GOT a list of queues")`,
  },
  {
    name: 'takes memory in message queues',
    code: () => `
rt = ctypes.CDLL("librt.so.1", use_errno=True)
if rt.mq_open(b"/queue", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0: print("GOT a queue")`,
  },
  {
    name: 'learns the name of the host',
    code: ({ hostName }) =>
      `if os.uname().nodename == "${hostName}": print("GOT", os.uname().nodename)`,
  },
  {
    name: 'learns its place in the control groups',
    code: () => `
for line in open("/proc/self/cgroup"):
    if "/ide-assistant-" in line or "/docker" in line: print("GOT", line)`,
  },
  {
    name: 'lists keys of the kernel',
    code: () => `
try: text = open("/proc/keys").read()
except OSError: text = ""
print("GOT " + text if text else "REFUSED")`,
  },
  {
    name: 'uses more of the processors than its share',
    // So little that a busy machine, too, would give it more.
    limits: { cpus: 0.1, cpuSeconds: 20 },
    needs: 'cpu',
    code: () => `
began, children = time.monotonic(), []
for _ in range(4):
    child = os.fork()
    if child == 0:
        while time.monotonic() - began < 2: pass
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
share = (used.ru_utime + used.ru_stime) / (time.monotonic() - began)
print("GOT" if share > 0.25 else "REFUSED", share)`,
  },
  {
    name: 'makes files without end',
    limits: { diskFiles: 1_000 },
    code: () => `
count = 0
while count < 20_000:
    open("file%d" % count, "w").close(); count += 1
print("GOT", count)`,
    breach: heldToDisk,
  },
  {
    name: 'fills the disk with many files, each within bounds',
    limits: { diskBytes: 30_000_000 },
    code: () => `
for count in range(1_000):
    with open("part%d" % count, "wb") as file: file.write(b"x" * 3_000_000)
print("GOT 3 GB")`,
    breach: heldToDisk,
  },
  {
    name: 'fills the disk with files that it has deleted',
    limits: { diskBytes: 30_000_000 },
    code: () => `
held = []
for count in range(200):
    file = open("hidden", "wb"); held.append(file)
    os.unlink("hidden")
    for _ in range(5): file.write(b"x" * 3_000_000); file.flush()
print("GOT 3 GB")`,
    breach: heldToDisk,
  },
  {
    name: 'nests directories beyond any path, to hide files there',
    code: () => `
for _ in range(100_000):
    os.mkdir("d" * 100); os.chdir("d" * 100)
print("GOT depth")`,
    breach: heldToDisk,
  },
  {
    name: 'floods the output',
    limits: { timeoutMs: 4_000 },
    code: () => 'while True: sys.stdout.write("A" * 65536)',
    breach: ({ reason, stdout, truncated }) =>
      reason === 'output-limit' && truncated && stdout.length === 51_200
        ? undefined
        : `it ended by ${reason} with ${stdout.length} characters`,
  },
  {
    name: 'leaves a daemon behind after a normal exit',
    code: () => `
if os.fork() == 0:
    os.setsid()
    for fd in range(3): os.close(fd)
    time.sleep(60)`,
    breach: (outcome, target) =>
      outcome.reason === 'exit' ? leavesNothing(outcome, target) : `it ended by ${outcome.reason}`,
  },
  {
    name: 'leaves a daemon behind that ignores every signal after a timeout',
    limits: { timeoutMs: 1_000 },
    code: () => `
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3): os.close(fd)
    time.sleep(60)
time.sleep(60)`,
    breach: (outcome, target) =>
      outcome.reason === 'timeout'
        ? leavesNothing(outcome, target)
        : `it ended by ${outcome.reason}`,
  },
];

/** getpid by `int 0x80`, as a 32-bit program would call it. */
function throughThe32BitDoor(): Attack {
  return {
    name: 'calls the kernel as a 32-bit program would',
    code: () => `
import mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
print("GOT", ctypes.CFUNCTYPE(ctypes.c_int)(address)())`,
    breach: ({ signal, stdout }) =>
      signal === 'SIGSYS' ? undefined : `it ended by ${signal}: ${stdout}`,
  };
}

/** getpid by its number among those of x32. */
function throughTheX32Door(): Attack {
  return {
    name: 'calls the kernel by the numbers of x32',
    code: () => 'call(0x40000000 + 39)',
    breach: ({ signal, stdout }) =>
      signal === 'SIGSYS' || stdout.startsWith('REFUSED') ? undefined : `it got ${stdout}`,
  };
}
