"""System calls that a student's process does without.

Some would hold memory that no process is seen to use, so that no limit could count it; some would hide
processor time, or leave something for the next process to find; the others reach into other processes, make
new namespaces, or are parts of the kernel that an assignment has no use for. What is denied fails with EPERM,
as it does for any process that lacks the right.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct
from collections.abc import Iterable

from .calls import (
    AFTERWARDS,
    DENIED,
    FILES,
    MACHINES,
    NEIGHBOURS,
    NEWEST,
    PRETENDED,
    Numbers,
    number,
    numbers,
)

Line = tuple[int, int, int, int]

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NEW_NAMESPACES = 0x7E020000  # the flags of clone that make one

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, AND, RETURN = 0x20, 0x54, 0x06  # classic BPF
JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT = 0x15, 0x35, 0x45
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in what the filter looks at

UNIX, STREAM, KIND_OF_SOCKET = 1, 1, 0xF
SOCKET_LEVEL, BUFFERS = 1, (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF and the same with force
SHARING, SHARED, ANONYMOUS, HUGE_PAGES = 0xF, 0x1, 0x20, 0x40000  # the flags of mmap
LOCK = (6, 7, 37, 38)  # F_SETLK, F_SETLKW and their kin for open files
# F_GETLK, F_OFD_GETLK, F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ; F_GET_RW_HINT and kin, hints that stay with a file
UNFIT = (5, 36, 1024, 1026, 1031, 1035, 1036, 1037, 1038)
KIND_OF_CONTROL, TERMINALS, FILE_SYSTEMS = 0xFF00, 0x5400, (0x6600, 0x5800)  # of ioctl
PR_SET_DUMPABLE = 4
# The options of prctl that libraries and the kit use: an end with the parent, being looked into, a name,
# filters, what capabilities there are, timers, orphans, no new rights, huge pages, vectors on aarch64.
OPTIONS = (1, 2, 3, 4, 15, 16, 21, 22, 23, 27, 29, 30, 36, 37, 38, 39, 41, 42, 51, 64)


def deny(gpu: bool = False) -> None:
    """Install the filter for this process and all that it starts; does nothing on other machines.

    With `gpu`, memory may be shared without a file, as NVIDIA's driver does. Raises OSError when the kernel
    does not take it.
    """
    if (machine := platform.machine()) in MACHINES:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # the filter keeps it so
        _install(_program(machine, gpu))


def deny_neighbours() -> None:
    """Deny besides what reaches others where no namespace is between: sockets with names, modes of files.

    No socket can be connected or given a name: a kernel listens on those that it got.
    Raises OSError when the kernel does not take the filter or the machine is unknown.
    """
    if (machine := platform.machine()) not in MACHINES:
        raise OSError(errno.ENOSYS, f"no filter of system calls for {machine}")
    lines = [*_each(NEIGHBOURS, machine, errno.EPERM), *_each(FILES, machine, 0)]
    _install([*_start(machine), *lines, (RETURN, 0, 0, ALLOW)])


def stay_in_sight() -> None:
    """Deny a student's process to hide from its own user, who counts what it holds; and Landlock's rules."""
    if (machine := platform.machine()) in MACHINES:
        hides = [*_argument(0, PR_SET_DUMPABLE, [*_argument(1, 0, [_fail(errno.EPERM)])]), _allowed()]
        lines = [*_each(AFTERWARDS, machine, errno.EPERM), *_case("prctl", machine, hides)]
        _install([*_start(machine), *lines, _allowed()])


def _install(lines: list[Line]) -> None:
    program = b"".join(struct.pack("HBBI", *line) for line in lines)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, and after padding a pointer
    header = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)), 0, 0),
    ):
        if libc.prctl(*arguments):
            code_number = ctypes.get_errno()
            raise OSError(code_number, f"no filter of system calls: {os.strerror(code_number)}")


def _program(machine: str, gpu: bool) -> list[Line]:
    """The filter: allow, but for the calls that are denied, and for some ways to call others."""
    cases = {
        # clone3 hides its flags from a filter; without it the C library falls back on clone.
        "clone3": [_fail(errno.ENOSYS)],
        "clone": [_load(0), (JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES), _fail(errno.EPERM), _allowed()],
        # A pipe or socket would hold pages of files. Who copies a file goes on without.
        "sendfile": [_fail(errno.EINVAL)],
        # Memory that stays in use without being mapped, and memory that no share of a process shows.
        "mmap": _mapping(gpu),
        # An ignored SIGCHLD makes the kernel forget what an ended child has used.
        "rt_sigaction": [
            *_argument(0, signal.SIGCHLD, [*_argument(1, 0, [_allowed()], both=True), _fail(0)]),
            _allowed(),
        ],
        # Locks are seen by whoever reads the same file, in another jail as well: they are not set.
        "fcntl": [
            _load(1),
            *_if_any(LOCK, _fail(0)),
            *_if_any(UNFIT, _fail(errno.EPERM)),
            _allowed(),
        ],
        # This error is one that ZeroMQ, in a notebook's kernel, takes for a machine without a network.
        "socket": _socket(),
        "socketpair": _socket(),
        # Flags of files, which are those of everybody's files as well.
        "ioctl": _control(gpu),
        # Some options hold memory that no process is seen to use, such as tables for futexes; newer ones may.
        "prctl": [_load(0), *_if_any(OPTIONS, _allowed()), _fail(errno.EINVAL)],
        # Larger buffers would hold more than is counted for a socket.
        "setsockopt": [
            *_argument(1, SOCKET_LEVEL, [_load(2), *_if_any(BUFFERS, _fail(errno.EPERM))]),
            _allowed(),
        ],
        # Limits of other processes, the worker's among them: prlimit64 names its own process as 0.
        "prlimit64": [*_argument(0, 0, [_allowed()]), _fail(errno.EPERM)],
    }
    lines = [*_start(machine), *_each(DENIED, machine, errno.EPERM), *_each(PRETENDED, machine, 0)]
    for name, body in cases.items():
        lines += _case(name, machine, body)
    return [*lines, _allowed()]


def _socket() -> list[Line]:
    """Allow Unix stream sockets alone."""
    streams = [_load(1), (AND, 0, 0, KIND_OF_SOCKET), *_if_any((STREAM,), _allowed())]
    return [*_argument(0, UNIX, streams), _fail(errno.EOPNOTSUPP)]


def _control(gpu: bool) -> list[Line]:
    """Allow what controls terminals, pipes and sockets; with a GPU all but what controls file systems."""
    kind = [_load(1), (AND, 0, 0, KIND_OF_CONTROL)]
    refused = _fail(errno.EOPNOTSUPP)  # who would share a file's blocks copies it then
    if gpu:
        return [*kind, *_if_any(FILE_SYSTEMS, refused), _allowed()]
    return [*kind, *_if_any((TERMINALS,), _allowed()), refused]


def _mapping(gpu: bool) -> list[Line]:
    shared = (
        [] if gpu else [(AND, 0, 0, SHARING | ANONYMOUS), *_if_any((SHARED | ANONYMOUS,), _fail(errno.EPERM))]
    )
    return [_load(3), (JUMP_ANY_BIT, 0, 1, HUGE_PAGES), _fail(errno.EPERM), *shared, _allowed()]


def _start(machine: str) -> list[Line]:
    """Refuse other numberings of the calls, and calls newer than the lists; load the number of this one."""
    lines = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[machine]), _fail(errno.ENOSYS)]
    return [*lines, (LOAD, 0, 0, NUMBER), (JUMP_AT_LEAST, 0, 1, NEWEST + 1), _fail(errno.ENOSYS)]


def _each(calls: Numbers, machine: str, error: int) -> list[Line]:
    """Whether it is one of these calls; then it fails, or with error 0 does nothing."""
    return _if_any(numbers(calls, machine), _fail(error))


def _case(name: str, machine: str, body: list[Line]) -> list[Line]:
    """What is to be done for one call; the body decides in any case."""
    return [(JUMP_EQUAL, 0, len(body), number(name, machine)), *body]


def _if_any(values: Iterable[int], then: Line) -> list[Line]:
    """A decision for some values of what is loaded."""
    return [line for value in values for line in ((JUMP_EQUAL, 0, 1, value), then)]


def _argument(place: int, value: int, body: list[Line], both: bool = False) -> list[Line]:
    """What is to be done where an argument has a value; with `both`, all 64 bits of it."""
    upper = [_load(place, 4), (JUMP_EQUAL, 0, len(body), 0)] if both else []
    return [_load(place), (JUMP_EQUAL, 0, len(upper) + len(body), value), *upper, *body]


def _load(argument: int, offset: int = 0) -> Line:
    return (LOAD, 0, 0, ARGUMENTS + 8 * argument + offset)


def _allowed() -> Line:
    return (RETURN, 0, 0, ALLOW)


def _fail(error: int) -> Line:
    return (RETURN, 0, 0, FAIL | error)
