"""Puts secrets where only the kernel holds them, then becomes the host's app.

Arguments: JSON of the secrets, the number of a descriptor, a directory, and the app's command line.
"""

import ctypes, json, os, platform, signal, sys

secrets, number, directory, *command = sys.argv[1:]
secrets = json.loads(secrets)
shared_file = "/dev/shm/" + os.path.basename(directory)
REMOVE, PRIVATE, NEW = 0, 0, 0o1666
USER_KEYRING, JOIN_SESSION, SESSION_KEYRING = -4, 1, -3
add_key, keyctl = (248, 250) if platform.machine() == "x86_64" else (217, 219)
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p


def succeed(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def plant_key(ring, place):
    text = secrets[place].encode()
    succeed(libc.syscall(add_key, b"user", b"of-the-app", text, len(text), ring))


def plant_file(path, place):
    with open(path, "w+") as file:
        file.write(secrets[place])
        file.flush()
        return os.dup(file.fileno())


# Logins and systemd give services a keyring of their own as well, which children inherit.
succeed(libc.syscall(keyctl, JOIN_SESSION, secrets["keyring-name"].encode()))
plant_key(SESSION_KEYRING, "session-key")
plant_key(USER_KEYRING, "user-key")

memory = succeed(libc.shmget(PRIVATE, 4096, NEW))
address = ctypes.c_void_p(libc.shmat(memory, None, 0))
ctypes.memmove(address, secrets["shared-memory"].encode(), len(secrets["shared-memory"]))
libc.shmdt(address)

queue = succeed(libc.msgget(PRIVATE, NEW))
message = secrets["message-queue"].encode()
succeed(libc.msgsnd(queue, (1).to_bytes(8, sys.byteorder) + message, len(message), 0))

for path, place in ((shared_file, "shared-file"), (directory + "/tmp/of-the-app", "temporary-file")):
    os.close(plant_file(path, place))
    os.chmod(path, 0o666)


def clear(*_):
    libc.shmctl(memory, REMOVE, None)
    libc.msgctl(queue, REMOVE, None)
    os.unlink(shared_file)
    os._exit(0)


# What the kernel holds outlives processes, so somebody has to stay to clear it away.
app = os.getpid()
if os.fork() == 0:
    os.closerange(0, 3)
    signal.signal(signal.SIGTERM, clear)
    libc.prctl(1, signal.SIGTERM, 0, 0, 0)
    while os.getppid() == app:
        signal.pause()
    clear()

# Far beyond a gap, where Node does not mark what it was started with.
unlinked = directory + "/inherited"
os.dup2(plant_file(unlinked, "inherited-file"), int(number), inheritable=True)
os.unlink(unlinked)
os.execv(command[0], command)
