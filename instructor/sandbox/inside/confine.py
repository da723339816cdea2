"""Holding a process to some folders, where no jail of namespaces is around it: Landlock, by sandlock.

Landlock is a part of Linux with which a process gives up, for good and for all that it starts, to read or
write anything but what it names, to signal or look into processes outside, and to reach their abstract
sockets. What it leaves open (the network, limits and priorities of others, modes and times of files) a
filter of system calls closes.
"""

from __future__ import annotations

from collections.abc import Sequence

from .seccomp import deny_neighbours


def confine(read: Sequence[str], write: Sequence[str]) -> None:
    """Give up all files but these and what is below them. Raises OSError when the kernel cannot hold to that.

    It takes Linux 6.12: sandlock refuses to leave out a protection that an older kernel lacks.
    """
    from sandlock import Sandbox
    from sandlock import confine as restrict
    from sandlock.exceptions import SandlockError

    try:
        restrict(Sandbox(fs_readable=list(read), fs_writable=list(write)))
    except SandlockError as error:
        raise OSError(f"Landlock can't be used: {error}") from None
    deny_neighbours()
