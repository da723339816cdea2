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
AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
NEW_NAMESPACES = 0x7E020000  # the flags of clone that make one
X32_CALLS = 0x40000000  # a second numbering of the same calls on x86_64

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of classic BPF
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in what the filter looks at


def deny() -> None:
    """Install the filter for this process and all that it starts; does nothing on other machines.

    Raises OSError when the kernel does not take it.
    """
    if (machine := platform.machine()) not in DENIED:
        return
    program = _program(machine)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, and after padding a pointer
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)), 0, 0),
    ):
        if libc.prctl(*arguments):
            code_number = ctypes.get_errno()
            raise OSError(code_number, f"no filter of system calls: {os.strerror(code_number)}")


def _program(machine: str) -> bytes:
    """The filter: allow, but for the calls above and new namespaces; 8 bytes for each instruction."""
    numbers = DENIED[machine].values()
    lines = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[machine]), _fail(errno.ENOSYS)]
    lines += [(LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        lines += [(JUMP_AT_LEAST, 0, 1, X32_CALLS), _fail(errno.ENOSYS)]
    for number in numbers:
        lines += [(JUMP_EQUAL, 0, 1, number), _fail(errno.EPERM)]
    # clone3 hides its flags from a filter; without it the C library falls back on clone.
    lines += [(JUMP_EQUAL, 0, 1, CLONE3), _fail(errno.ENOSYS)]
    lines += [(JUMP_EQUAL, 0, 3, CLONE[machine]), (LOAD, 0, 0, FIRST_ARGUMENT)]
    lines += [(JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES), _fail(errno.EPERM), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _fail(error: int) -> tuple[int, int, int, int]:
    return (RETURN, 0, 0, FAIL | error)
