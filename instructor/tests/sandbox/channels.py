"""What a check might leave for the next one, or for another submission, and how that would look for it.

Both are code for a worker of whatever kind, with numbers of Linux on x86_64. `LEAVE` tries every way and
returns which of them the kernel took; `LOOK` returns the ways by which it found something. `args[0]` is a
number that both know.
"""

COMMON = """
import contextlib, ctypes, errno, fcntl, os, resource, socket, struct, time
libc = ctypes.CDLL(None, use_errno=True)
word, home = args[0], os.environ["HOME"]
key, name, moment = 0x5EC0000 + word, f"/left-by-an-attack-{word}".encode(), (10**9 + word) * 10**9
shared = os.__file__
def call(number, *arguments):
    return libc.syscall(number, *arguments)
def works(way):
    try:
        return bool(way())
    except (OSError, ValueError, AttributeError):
        return False
def lock(how, kind):
    with open(shared, "rb") as file:
        asked = struct.pack("hhqqixxxx", kind, 0, word, 1, 0)
        return struct.unpack("hhqqixxxx", fcntl.fcntl(file, how, asked))
@contextlib.contextmanager
def opened(path):
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)
def old_flags(descriptor):
    return struct.unpack("q", fcntl.ioctl(descriptor, 0x80086601, bytes(8)))[0]
"""
LEAVE = (
    COMMON
    + """
def queue():
    made = call(68, key, 0o1666)
    return made >= 0 and call(69, made, struct.pack("q8s", 1, b"message\\0"), 8, 0) == 0
def memory():
    made = call(29, key, 4096, 0o1666)
    return made >= 0
def posix_queue():
    return call(240, name[1:], 0o102, 0o666, None) >= 0
def keyring(ring):
    return call(248, b"user", name[1:], b"message", 7, ctypes.c_int32(ring)) >= 0
def listener(address):
    reading, writing = os.pipe()
    if not os.fork():
        os.setsid()
        try:
            meeting = socket.socket(socket.AF_UNIX)
            meeting.bind(address)
            meeting.listen()
            os.write(writing, b"y")
        except OSError:
            os.write(writing, b"n")
        time.sleep(args[1])
        os._exit(0)
    return os.read(reading, 1) == b"y"
def held_lock(taken):
    reading, writing = os.pipe()
    if not os.fork():
        try:
            file = open(shared, "rb")
            taken(file)
            os.write(writing, b"y")
        except OSError:
            os.write(writing, b"n")
        time.sleep(args[1])
        os._exit(0)
    return os.read(reading, 1) == b"y"
def write(folder):
    with open(folder + name.decode(), "w") as file:
        return file.write("message")
def flags():
    with opened(home) as folder:
        return fcntl.ioctl(folder, 0x40086602, struct.pack("q", old_flags(folder) ^ 0x40)) is not None
def hint():
    with opened(home) as folder:
        return fcntl.fcntl(folder, 1036, struct.pack("Q", 3)) is not None
def many_names():
    for number in range(1_000):
        os.close(os.open(f"{home}/{'long' * 40}{number}", os.O_CREAT))
    return True
def limits():
    own = resource.getrlimit(resource.RLIMIT_SIGPENDING)
    return resource.prlimit(os.getppid(), resource.RLIMIT_SIGPENDING, (word, own[1])) is not None
def affinity():
    os.sched_setaffinity(os.getppid(), {max(os.sched_getaffinity(0))})
    return True
ways = {
    "System V queue": queue,
    "System V semaphores": lambda: call(64, key, 1, 0o1666) >= 0,
    "System V memory": memory,
    "POSIX queue": posix_queue,
    "user's keyring": lambda: keyring(-4),
    "session's keyring": lambda: keyring(-3),
    "abstract socket": lambda: listener(b"\\0" + name),
    "socket": lambda: listener(home.encode() + b"/s"),
    "lock": lambda: held_lock(lambda file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)),
    "lock of a part": lambda: held_lock(
        lambda file: fcntl.fcntl(file, fcntl.F_SETLK, struct.pack("hhqqixxxx", 0, 0, word, 1, 0))
    ),
    "file": lambda: write(home),
    "shared memory": lambda: write("/dev/shm"),
    "mode": lambda: os.chmod(home, 0o1770) is None,
    "attribute": lambda: os.setxattr(home, "user.left", b"message") is None,
    "flags": flags,
    "hint": hint,
    "size": many_names,
    "limits of the worker": limits,
    "priority of the worker": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 7) is None,
    "cores of the worker": affinity,
    "inotify": lambda: call(294, 0) >= 0,
    "time": lambda: os.utime(home, ns=(moment, moment)) is None,
}
result = [way for way, leave in ways.items() if works(leave)]
"""
)
LOOK = (
    COMMON
    + """
def meets(address):
    with socket.socket(socket.AF_UNIX) as other:
        return other.connect(address) is None
def is_taken():
    with socket.socket(socket.AF_UNIX) as own:
        try:
            own.bind(b"\\0" + name)
        except OSError as error:
            return error.errno == errno.EADDRINUSE
def is_locked():
    with open(shared, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
def flags():
    with opened(home) as folder:
        return old_flags(folder) & 0x40
def hint():
    with opened(home) as folder:
        return struct.unpack("Q", fcntl.fcntl(folder, 1035, bytes(8)))[0] == 3
ways = {
    "System V queue": lambda: call(68, key, 0) >= 0,
    "System V semaphores": lambda: call(64, key, 0, 0) >= 0,
    "System V memory": lambda: call(29, key, 0, 0) >= 0,
    "POSIX queue": lambda: call(240, name[1:], 0, 0, None) >= 0,
    "user's keyring": lambda: call(250, 10, ctypes.c_int32(-4), b"user", name[1:], 0) >= 0,
    "session's keyring": lambda: call(250, 10, ctypes.c_int32(-3), b"user", name[1:], 0) >= 0,
    "abstract socket": lambda: meets(b"\\0" + name),
    "name of an abstract socket": is_taken,
    "socket": lambda: meets(home.encode() + b"/s"),
    "lock": is_locked,
    "lock of a part": lambda: lock(fcntl.F_GETLK, fcntl.F_WRLCK)[0] != fcntl.F_UNLCK,
    "file": lambda: os.path.exists(home + name.decode()),
    "shared memory": lambda: os.path.exists("/dev/shm" + name.decode()),
    "mode": lambda: os.stat(home).st_mode & 0o7777 == 0o1770,
    "attribute": lambda: os.getxattr(home, "user.left"),
    "flags": flags,
    "hint": hint,
    "size": lambda: os.stat(home).st_size > 100_000,
    "limits of the worker": lambda: resource.getrlimit(resource.RLIMIT_SIGPENDING)[0] == word,
    "priority of the worker": lambda: os.getpriority(os.PRIO_PROCESS, 0) == 7,
    "cores of the worker": lambda: len(os.sched_getaffinity(0)) == 1,
    "inotify": lambda: call(294, 0) >= 0,
    "time": lambda: os.stat(home).st_mtime_ns == moment,
}
result = [way for way, seen in ways.items() if works(seen)]
"""
)
