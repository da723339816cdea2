"""What a process does to itself before a student's code runs in it."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36


def limit(resources: dict[str, int]) -> None:
    """Set limits that every process from here on inherits, as `{"RLIMIT_NOFILE": 512}`."""
    space = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (space, space))  # what the trusted side set is for itself
    for name, value in resources.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        top = value + 5 if name == "RLIMIT_CPU" else value  # its first signal can be told from others
        if hard != resource.RLIM_INFINITY:
            value, top = min(value, hard), min(top, hard)
        resource.setrlimit(kind, (value, top))


def die_with_parent() -> None:
    """End this process when the trusted side ends, where no namespace sees to that."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def be_first_to_go() -> None:
    """Offer this process and its children to the kernel when the machine runs out of memory."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def prctl(option: int, value: int) -> None:
    """Linux's prctl with one argument."""
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
