"""Looks for secrets in everything that a program can reach, and prints where it found which.

Its one argument is JSON; see SearchScope in search.ts. What it looks for is never whole in its own
memory, arguments or code, so whatever it finds came from outside.
"""

import ctypes, glob, json, os, re, socket, stat, sys

scope = json.loads(sys.argv[1])
BLOCK, OVERLAP = 1 << 20, 512
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.msgrcv.restype = ctypes.c_ssize_t


def spelled(text):
    """A pattern that matches a text, given in hexadecimal, without holding it."""
    return "".join("\\x" + text[at : at + 2] for at in range(0, len(text), 2))


def pattern(text, rest):
    """The beginning, by which a place to look at is found fast, and what must be there."""
    return bytes.fromhex(text)[:6], re.compile((spelled(text) + rest).encode())


patterns = [pattern(scope["prefix"], "(" + "|".join(scope["places"]) + ")")]
patterns += [pattern(text, "()") for text in scope["texts"]]
found, counts = {}, {"files": 0, "processes": 0, "bytes": 0}


def look(data, where):
    counts["bytes"] += len(data)
    for beginning, whole in patterns:
        at = data.find(beginning)
        while at >= 0:
            if match := whole.match(data, at):
                place = match[1].decode() or "text"
                if where not in found.setdefault(place, []):
                    found[place].append(where)
            at = data.find(beginning, at + 1)


def look_at_text(text, where):
    look(os.fsencode(text), where)


def tell(*words):
    text = os.fsencode(" ".join(map(str, words)))
    for _, whole in patterns:
        text = whole.sub(b"*", text)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.flush()


def read(descriptor, where, most=1 << 40):
    kept = b""
    while most > 0 and (block := os.read(descriptor, min(BLOCK, most))):
        look(kept + block, where)
        kept = block[-OVERLAP:]
        most -= len(block)


def read_file(path, most=1 << 40):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return
    try:
        read(descriptor, path, most)
        counts["files"] += 1
    except OSError:
        pass
    finally:
        os.close(descriptor)


def lines_of(path):
    try:
        with open(path) as file:
            return file.readlines()
    except OSError:
        return []


def ask(family, address, where):
    with socket.socket(family) as connection:
        connection.settimeout(2)
        try:
            connection.connect(address)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while answer := connection.recv(BLOCK):
                look(answer, where)
        except OSError:
            pass


def of_the_host_and_read_only(path):
    """Whether a directory is mounted as it is on the host and cannot be written: no secret can be there."""
    for fields in map(str.split, lines_of("/proc/self/mountinfo")):
        if fields[4] == path:
            return fields[3] == path and "ro" in fields[5].split(",")
    return False


def walk(top, skipped):
    skipped = {os.path.join(top, name.lstrip("/")) for name in skipped}
    for directory, directories, names in os.walk(top):
        directories[:] = [name for name in directories if os.path.join(directory, name) not in skipped]
        for name in directories + names:
            path = os.path.join(directory, name)
            look_at_text(path, path)
            try:
                kind = os.lstat(path).st_mode
                if stat.S_ISLNK(kind):
                    look_at_text(os.readlink(path), path)
                elif stat.S_ISREG(kind):
                    read_file(path)
                elif stat.S_ISSOCK(kind):
                    ask(socket.AF_UNIX, path, path)
                elif stat.S_ISBLK(kind) or name in ("mem", "kmem", "port", "kmsg"):
                    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
                    tell("DEVICE", path)
            except OSError:
                pass


def search_memory(process):
    try:
        memory = os.open(process + "/mem", os.O_RDONLY)
    except OSError:
        return
    for line in lines_of(process + "/maps"):
        region, access = line.split()[:2]
        start, end = (int(part, 16) for part in region.split("-"))
        if access[0] != "r" or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
            continue
        try:
            os.lseek(memory, start, os.SEEK_SET)
            read(memory, process + "/mem", end - start)
        except (OSError, OverflowError):
            pass
    os.close(memory)


def search_process(process):
    counts["processes"] += 1
    for path in glob.glob(process + "/*") + glob.glob(process + "/task/*/*") + glob.glob(process + "/net/*"):
        name = os.path.basename(path)
        try:
            kind = os.lstat(path).st_mode
            if stat.S_ISLNK(kind):
                look_at_text(os.readlink(path), path)
            elif stat.S_ISREG(kind) and name not in ("mem", "pagemap", "clear_refs"):
                read_file(path, BLOCK)
        except OSError:
            pass
    for directory in ("fd", "map_files"):
        for path in glob.glob(process + "/" + directory + "/*"):
            try:
                look_at_text(os.readlink(path), path)
                if stat.S_ISREG(os.stat(path).st_mode):
                    read_file(path, 64 * BLOCK)
            except OSError:
                pass
    search_memory(process)


def search_descriptors():
    """The descriptors that this very program was started with, in whatever mode they are open."""
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        try:
            if descriptor > 2 and stat.S_ISREG(os.fstat(descriptor).st_mode):
                look(os.pread(descriptor, BLOCK, 0), "descriptor %d" % descriptor)
        except OSError:
            pass


def search_other_roots(processes, skipped):
    """File systems of processes that see other ones than this."""
    own, seen = os.stat("/"), set()
    for process in processes:
        try:
            root = os.stat(process + "/root/")
        except OSError:
            continue
        identity = (root.st_dev, root.st_ino)
        if identity != (own.st_dev, own.st_ino) and identity not in seen:
            seen.add(identity)
            walk(process + "/root", skipped + ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt"])


def numbers_of(kind):
    """What is listed, and what is worth a guess."""
    return {*range(64), *(int(line.split()[1]) for line in lines_of("/proc/sysvipc/" + kind)[1:])}


def search_ipc():
    for kind in ("shm", "msg", "sem"):
        read_file("/proc/sysvipc/" + kind)
    for identity in numbers_of("shm"):
        address = libc.shmat(identity, None, 0o10000)
        if address not in (None, ctypes.c_void_p(-1).value):
            look(ctypes.string_at(address, 4096), "shared memory")
            libc.shmdt(ctypes.c_void_p(address))
    for identity in numbers_of("msg"):
        # Without waiting, and as a copy, so that the message stays for whom it is meant.
        buffer = ctypes.create_string_buffer(4096)
        size = libc.msgrcv(identity, buffer, 4000, 0, 0o4000 | 0o40000)
        if size > 0:
            look(buffer.raw[: 8 + size], "message queue")


def search_keyrings():
    add_key, keyctl = (248, 250) if os.uname().machine == "x86_64" else (217, 219)
    # Whoever is the user may link his keyring to the one of his session, and so comes to own its keys.
    libc.syscall(keyctl, 8, -4, -3)
    keys = {-1, -2, -3, -4, -5, *(int(line.split()[0], 16) for line in lines_of("/proc/keys"))}
    for identity in keys:
        buffer = ctypes.create_string_buffer(4096)
        for command in (6, 11):
            size = libc.syscall(keyctl, command, identity, buffer, 4096, 0)
            if 0 < size <= 4096:
                look(buffer.raw[:size], "keyring")


def search_network():
    ports = set(scope["ports"])
    for name in ("tcp", "tcp6"):
        rows = map(str.split, lines_of("/proc/net/" + name)[1:] if scope["everything"] else [])
        ports |= {int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A"}
    for port in ports:
        ask(socket.AF_INET, ("127.0.0.1", port), "port")
    read_file("/proc/net/unix")
    for line in lines_of("/proc/net/unix")[1:]:
        name = line.split()[-1]
        if scope["everything"] and name.startswith("@"):
            ask(socket.AF_UNIX, "\0" + name[1:], "abstract socket")
    for path in scope["sockets"]:
        ask(socket.AF_UNIX, path, path)


everything = scope["everything"]
processes = glob.glob("/proc/[0-9]*") if everything else ["/proc/%d" % pid for pid in scope["processes"]]
skipped = ["/proc", "/sys"] + (["/usr"] if of_the_host_and_read_only("/usr") else [])
for name, value in os.environ.items():
    look_at_text(name + "=" + value, "environment")
search_descriptors()
for process in processes:
    search_process(process)
for root in scope["roots"]:
    walk(root, skipped)
search_other_roots(processes, skipped)
for path in glob.glob("/proc/*") if everything else ["/proc/keys"]:
    if stat.S_ISREG(os.lstat(path).st_mode) and not path.startswith(("/proc/kmsg", "/proc/kcore", "/proc/kpage")):
        read_file(path, BLOCK)
search_ipc()
search_keyrings()
search_network()
for path in scope["guesses"]:
    read_file(path)
for place, places in found.items():
    for where in places:
        tell("FOUND", place, where)
counts["skipped"] = skipped
tell("SEARCHED", json.dumps(counts))
