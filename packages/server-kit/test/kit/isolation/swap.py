"""Swaps what lies in the workspace for something dangerous and back, as fast as it can.

Its argument is a directory of the host. Prints how often each pair was swapped once `stop` is there.
"""

import ctypes, json, os, shutil, sys

outside = sys.argv[1]
EXCHANGE, HERE = 2, -100
libc = ctypes.CDLL(None, use_errno=True)


def write(path):
    with open(path, "w") as file:
        file.write("inside")


def directory(path):
    os.mkdir(path)
    write(path + "/file.txt")


def parent(path):
    os.mkdir(path)
    directory(path + "/d")


def link_to(target):
    return lambda path: os.symlink(target, path)


def hard_link(path):
    os.link("own.txt", path)


# A name that requests are sent for, what is there at first, and what it is swapped for.
pairs = {
    "directory": (directory, link_to(outside)),
    "parent": (parent, link_to(outside)),
    "linked": (write, link_to(outside + "/file.txt")),
    "piped": (write, os.mkfifo),
    "shared": (write, hard_link),
    "either": (write, directory),
}


def remove(path):
    if os.path.islink(path) or not os.path.isdir(path):
        os.unlink(path)
    else:
        shutil.rmtree(path)


def prepare(name, before, after):
    for path, make in ((name, before), (name + "-bait", after)):
        try:
            remove(path)
        except OSError:
            pass
        try:
            make(path)
        except OSError:
            pass


if not os.path.exists("own.txt"):
    write("own.txt")
swaps = dict.fromkeys(pairs, 0)
for name, (before, after) in pairs.items():
    prepare(name, before, after)
print("begun", flush=True)
while not os.path.exists("stop"):
    for _ in range(50):
        for name, (before, after) in pairs.items():
            bait = name + "-bait"
            if libc.renameat2(HERE, name.encode(), HERE, bait.encode(), EXCHANGE) == 0:
                swaps[name] += 1
            else:
                prepare(name, before, after)
print(json.dumps(swaps))
