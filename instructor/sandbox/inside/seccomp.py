"""System calls that a student's process does without.

Some would hold memory that no process is seen to use, so that no limit could count it; the others reach into
other processes, make new namespaces, or are parts of the kernel that an assignment has no use for. What is
denied fails with EPERM, as it does for any process that lacks the right.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

DENIED = {  # by machine: the name that the kernel's headers give, and its number
    "x86_64": {
        "memfd_create": 319,
        "memfd_secret": 447,
        "shmget": 29,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "pidfd_getfd": 438,
        "keyctl": 250,
        "add_key": 248,
        "request_key": 249,
        "unshare": 272,
        "setns": 308,
        "mount": 165,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "io_uring_setup": 425,
    },
    "aarch64": {
        "memfd_create": 279,
        "memfd_secret": 447,
        "shmget": 194,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "pidfd_getfd": 438,
        "keyctl": 219,
        "add_key": 217,
        "request_key": 218,
        "unshare": 97,
        "setns": 268,
        "mount": 40,
        "bpf": 280,
        "perf_event_open": 241,
        "userfaultfd": 282,
        "io_uring_setup": 425,
    },
}
SHARED = {  # denied besides where the student's process is among all others of the machine
    "x86_64": {
        "connect": 42,
        "shmat": 30,
        "semget": 64,
        "msgget": 68,
        "mq_open": 240,
        "utime": 132,
        "utimes": 235,
        "futimesat": 261,
        "utimensat": 280,
    },
    "aarch64": {"connect": 203, "shmat": 196, "semget": 190, "msgget": 186, "mq_open": 180, "utimensat": 88},
}
# Landlock does not keep these from files and processes outside. Copying a file or starting a thread makes
# them in passing, so that they are not refused: they do nothing, and say that they did.
FILES = {  # chmod, chown, setxattr, removexattr and their kin
    "x86_64": (90, 91, 268, 452, 92, 93, 94, 260, 188, 189, 190, 197, 198, 199, 463, 466),
    "aarch64": (52, 53, 452, 54, 55, 5, 6, 7, 14, 15, 16, 463, 466),
}
PRIORITIES = {  # setpriority, ioprio_set, sched_setparam and its kin
    "x86_64": (141, 142, 144, 203, 314, 251),
    "aarch64": (140, 118, 119, 122, 274, 30),
}
SOCKET = {"x86_64": 41, "aarch64": 198}
PRLIMIT = {"x86_64": 302, "aarch64": 261}
AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
NEW_NAMESPACES = 0x7E020000  # the flags of clone that make one
X32_CALLS = 0x40000000  # a second numbering of the same calls on x86_64

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06  # classic BPF
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in what the filter looks at
UNIX, STREAM, KIND_OF_SOCKET = 1, 1, 0xF


def deny() -> None:
    """Install the filter for this process and all that it starts; does nothing on other machines.

    Raises OSError when the kernel does not take it.
    """
    if (machine := platform.machine()) in DENIED:
        _install(_program(machine))


def deny_neighbours() -> None:
    """Deny besides what reaches others where no namespace is between: network, limits, priorities, files.

    Only Unix stream sockets can be made, and none can be connected: a kernel listens on those of its own.
    Raises OSError when the kernel does not take the filter or the machine is unknown.
    """
    if (machine := platform.machine()) not in DENIED:
        raise OSError(errno.ENOSYS, f"no filter of system calls for {machine}")
    _install(_neighbours(machine))


def _install(lines: list[tuple[int, int, int, int]]) -> None:
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


def _program(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter: allow, but for the calls above and new namespaces."""
    lines = _start(machine)
    for number in DENIED[machine].values():
        lines += [(JUMP_EQUAL, 0, 1, number), _fail(errno.EPERM)]
    # clone3 hides its flags from a filter; without it the C library falls back on clone.
    lines += [(JUMP_EQUAL, 0, 1, CLONE3), _fail(errno.ENOSYS)]
    lines += [(JUMP_EQUAL, 0, 3, CLONE[machine]), (LOAD, 0, 0, FIRST_ARGUMENT)]
    return [*lines, (JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES), _fail(errno.EPERM), (RETURN, 0, 0, ALLOW)]


def _neighbours(machine: str) -> list[tuple[int, int, int, int]]:
    lines = _start(machine)
    for number in SHARED[machine].values():
        lines += [(JUMP_EQUAL, 0, 1, number), _fail(errno.EPERM)]
    for number in (*FILES[machine], *PRIORITIES[machine]):
        lines += [(JUMP_EQUAL, 0, 1, number), _fail(0)]
    # Limits of other processes: prlimit64 names its own process as 0.
    lines += [(JUMP_EQUAL, 0, 4, PRLIMIT[machine]), (LOAD, 0, 0, FIRST_ARGUMENT)]
    lines += [(JUMP_EQUAL, 1, 0, 0), _fail(errno.EPERM), (RETURN, 0, 0, ALLOW)]
    lines += [(JUMP_EQUAL, 0, 6, SOCKET[machine]), (LOAD, 0, 0, FIRST_ARGUMENT), (JUMP_EQUAL, 0, 3, UNIX)]
    lines += [(LOAD, 0, 0, SECOND_ARGUMENT), (AND, 0, 0, KIND_OF_SOCKET), (JUMP_EQUAL, 1, 0, STREAM)]
    # This error is one that ZeroMQ, in a notebook's kernel, takes for a machine without a network.
    return [*lines, _fail(errno.EOPNOTSUPP), (RETURN, 0, 0, ALLOW)]


def _start(machine: str) -> list[tuple[int, int, int, int]]:
    """Refuse other numberings of the calls, and load the number of this one."""
    lines = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[machine]), _fail(errno.ENOSYS)]
    lines += [(LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        lines += [(JUMP_AT_LEAST, 0, 1, X32_CALLS), _fail(errno.ENOSYS)]
    return lines


def _fail(error: int) -> tuple[int, int, int, int]:
    return (RETURN, 0, 0, FAIL | error)
