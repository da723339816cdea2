"""What a process does to itself before a student's code runs in it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import time
from collections.abc import Sequence

from .seccomp import deny_neighbours

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36


def limit(resources: dict[str, int]) -> None:
    """Set limits that every process from here on inherits, as `{"RLIMIT_NOFILE": 512}`."""
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):  # memory is counted from outside
        space = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (space, space))
    for name, value in resources.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        top = value + 5 if name == "RLIMIT_CPU" else value  # its first signal can be told from others
        if hard != resource.RLIM_INFINITY:
            value, top = min(value, hard), min(top, hard)
        resource.setrlimit(kind, (value, top))


def stand_guard(parent: int) -> None:
    """Fork, and return in the child; end all that is below this process once the child or `parent` has ended.

    For where no namespace sees to that. `parent` is the process of the trusted side that started this one.
    """
    signal.signal(signal.SIGTERM, lambda *_: _leave(128 + signal.SIGTERM))
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # whatever loses its parent becomes a child of this process
    if os.getppid() != parent:
        os._exit(1)
    own = os.getpid()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != own:
            os._exit(1)
        return
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    while True:
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            _leave(code if code >= 0 else 128 - code)


def descendants() -> set[int]:
    """The processes below this one. Only these are ever signalled, whatever the process space holds."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
                parents[int(name)] = int(fields[1])
            except (OSError, IndexError, ValueError):
                continue
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def end_descendants(seconds: float = 5.0) -> bool:
    """Kill and reap all that is below this process; False when that does not succeed in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for descendant in descendants():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(descendant, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        time.sleep(0.002)
    return False


def confine(read: Sequence[str], write: Sequence[str]) -> None:
    """Give up all files but these and what is below them, where no jail of namespaces hides the others.

    Landlock, by sandlock: a part of Linux with which a process gives up, for good and for all that it starts,
    to read or write anything but what it names, to signal or look into processes outside, and to reach their
    abstract sockets. What it leaves open (sockets with names, modes and times of files) a filter of
    system calls closes, on top of the one that holds in every sandbox.

    Raises OSError when the kernel cannot hold to that. It takes Linux 6.12: sandlock refuses to leave out a
    protection that an older kernel lacks.
    """
    from sandlock import Sandbox
    from sandlock import confine as restrict
    from sandlock.exceptions import SandlockError

    try:
        restrict(Sandbox(fs_readable=list(read), fs_writable=list(write)))
    except SandlockError as error:
        raise OSError(f"Landlock can't be used: {error}") from None
    deny_neighbours()


def be_first_to_go() -> None:
    """Offer this process and its children to the kernel when the machine runs out of memory."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def prctl(option: int, value: int) -> None:
    """Linux's prctl with one argument."""
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _leave(status: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_descendants()
    os._exit(status)
