"""A program that leaves its mark wherever it can, or reaches for the marks of another one.

Its standard input is JSON; see About in two-sessions.test.ts. To `keep` it marks everything, looks
for its own marks by a child, and waits. To `look` it prints a line with GOT for each mark it reached.
"""

import ctypes, glob, json, os, socket, subprocess, sys, threading

about = json.load(sys.stdin)
mark, port, key = about["mark"].encode(), about["port"], about["key"]
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.msgrcv.restype = ctypes.c_ssize_t
files = ("/tmp/mine", "/dev/shm/mine")
sockets = ("/tmp/mine.sock", "/workspace/mine.sock", "\0" + about["mark"])


def serve(family, address):
    server = socket.socket(family)
    server.bind(address)
    server.listen()

    def answer():
        while True:
            server.accept()[0].sendall(mark)

    threading.Thread(target=answer, daemon=True).start()


def leave_marks():
    for path in (*files, "/workspace/mine"):
        with open(path, "wb") as file:
            file.write(mark)
    for path in sockets:
        if os.path.lexists(path):
            os.unlink(path)
        serve(socket.AF_UNIX, path)
    serve(socket.AF_INET, ("0.0.0.0", port))
    address = libc.shmat(libc.shmget(key, 4096, 0o1666), None, 0)
    ctypes.memmove(ctypes.c_void_p(address), mark, len(mark))
    libc.msgsnd(libc.msgget(key, 0o1666), (1).to_bytes(8, sys.byteorder) + mark, len(mark), 0)
    os.write(nameless(), mark)


def nameless():
    try:
        return os.memfd_create("mine")
    except OSError:
        # Refused where no control group would count it.
        return os.open("/tmp", os.O_TMPFILE | os.O_RDWR)


def attempt(kind, look, where):
    try:
        if mark in look(where):
            print("GOT", kind, flush=True)
    except OSError:
        pass


def read(path):
    with open(path, "rb") as file:
        return file.read(65536)


def ask(family):
    def look(address):
        with socket.socket(family) as connection:
            connection.settimeout(2)
            connection.connect(address)
            return connection.recv(4096)

    return look


def shared_memory(_):
    address = libc.shmat(libc.shmget(key, 0, 0), None, 0)
    return b"" if address in (None, ctypes.c_void_p(-1).value) else ctypes.string_at(address, 4096)


def message_queue(_):
    buffer = ctypes.create_string_buffer(4096)
    # A copy of the first, without waiting.
    size = libc.msgrcv(libc.msgget(key, 0), buffer, 4000, 0, 0o4000 | 0o40000)
    return buffer.raw[: 8 + max(size, 0)]


def nameless_file(path):
    return read(path) if os.readlink(path).endswith(" (deleted)") else b""


def process(pid):
    os.kill(int(pid), about["signal"])
    # Of processes that cannot even be looked at, having reached one is enough.
    return mark


def ancestors():
    pid = os.getpid()
    while pid > 0:
        yield pid
        state = read("/proc/%d/stat" % pid)
        pid = int(state[state.rindex(b")") + 2 :].split()[1])


def reach():
    paths = ["/workspace/mine", about["workspace"] + "/mine", "/workspace/../%s/mine" % about["session"]]
    for path in paths:
        for root in ("", *glob.glob("/proc/[0-9]*/root")):
            attempt("file", read, root + path)
    for path in glob.glob("/proc/[0-9]*/cwd/mine"):
        attempt("file", read, path)
    for path in files:
        attempt("temporary-file", read, path)
    attempt("tcp", ask(socket.AF_INET), ("127.0.0.1", port))
    for path in (*sockets[:2], about["workspace"] + "/mine.sock"):
        attempt("socket", ask(socket.AF_UNIX), path)
    attempt("abstract-socket", ask(socket.AF_UNIX), sockets[2])
    attempt("shared-memory", shared_memory, None)
    attempt("message-queue", message_queue, None)
    for path in glob.glob("/proc/[0-9]*/fd/*"):
        attempt("nameless-file", nameless_file, path)
    for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
        attempt("process-list", read, path)
    attempt("process-list", subprocess.check_output, ["/usr/bin/ps", "-ef"])
    mine = {1, *ancestors()}
    for pid in (*range(2, 65536), *about["processes"]):
        if pid not in mine:
            attempt("process", process, pid)
    for path in glob.glob("/dev/pts/[0-9]*") + ["/dev/tty", "/dev/console"]:
        try:
            with open(path, "wb") as terminal:
                terminal.write(b"written by %s\n" % about["writer"].encode())
        except OSError:
            pass


if about["task"] == "keep":
    leave_marks()
    # Carries the mark in its arguments.
    waiting = subprocess.Popen(["/bin/sh", "-c", "sleep 1000; : " + about["mark"]])
    look = json.dumps({**about, "task": "look"})
    subprocess.run([sys.executable, sys.argv[0]], input=look, text=True)
    waiting.wait()
else:
    reach()
    print("LOOKED", flush=True)
