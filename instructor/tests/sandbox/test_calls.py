"""The list of system calls that are denied, compared with what libseccomp knows of them by name."""

import ctypes
import ctypes.util
import errno
import json
import os
import re
import subprocess
import sys

import pytest

from instructor.sandbox.inside import seccomp
from instructor.sandbox.inside.calls import (
    AFTERWARDS,
    DENIED,
    FILES,
    JUDGED,
    MACHINES,
    NEIGHBOURS,
    NEWEST,
    PRETENDED,
)

ALL = {**DENIED, **NEIGHBOURS, **FILES, **AFTERWARDS, **PRETENDED, **JUDGED}
# Kin of what is denied, by their names, and those among them that a student's process may well call.
KIN = re.compile(
    r"^(mq_|msg|sem|shm|key|add_key|request_key|inotify|fanotify|io_|ptrace|process_|kexec|swap|quotactl|sched_set)"
    r"|mount|chroot|pivot|^fs(open|config|pick)|open_tree|move_|memfd|splice|^tee$|module|unshare|setns|namespace"
    r"|bpf|perf_event|userfault|handle_at|pidfd_getfd|kcmp|clock_(set|adj)|settime|set(host|domain)name|reboot|syslog"
    r"|io(pl|perm)|lookup_dcookie|vhangup|acct|migrate|flock|priority|ioprio_set|socket|chmod|chown|xattr"
    r"|landlock|cachestat|setattr$|sendm?msg"
)
HARMLESS = {
    "io_cancel",  # these four need what io_setup would have made
    "io_destroy",
    "io_getevents",
    "io_pgetevents",
    *("getpriority", "sched_get_priority_min", "sched_get_priority_max", "timer_settime", "timerfd_settime"),
    *(f"{each}xattr" for each in ("get", "lget", "fget", "list", "llist", "flist")),
    *("getxattrat", "listxattrat"),
}
GONE = {"create_module", "query_module", "get_kernel_syms", "afs_syscall", "nfsservctl"}  # of older kernels


@pytest.fixture(scope="module")
def names():
    """A function that gives libseccomp's names of the calls of a machine, by their numbers."""
    found = ctypes.util.find_library("seccomp")
    if not found:
        pytest.skip("libseccomp, with which the list is compared, is not installed")
    resolve = ctypes.CDLL(found).seccomp_syscall_resolve_num_arch
    resolve.restype, resolve.argtypes = ctypes.c_void_p, [ctypes.c_uint32, ctypes.c_int]

    def by_number(machine):
        told = {}
        for number in range(NEWEST + 1):
            if name := resolve(seccomp.AUDIT_ARCHITECTURE[machine], number):
                told[number] = ctypes.string_at(name).decode()
        return told

    return by_number


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_is_that_of_its_name(names, machine):
    known = names(machine)
    column = MACHINES.index(machine)
    for name, numbers in ALL.items():
        if numbers[column] is None:
            assert name not in known.values()
        elif numbers[column] in known:
            assert known[numbers[column]] == name
        else:  # it is newer than this libseccomp
            assert numbers[column] > max(known)


@pytest.mark.parametrize("machine", MACHINES)
def test_no_kin_of_what_is_denied_is_missing(names, machine):
    kin = {name for name in names(machine).values() if KIN.search(name)}
    assert kin - set(ALL) - HARMLESS - GONE == set()


FAMILIES = """
import socket
from inside.seccomp import deny
deny()
allowed = []
for family in range(46):
    for kind in range(1, 11):
        for make in (socket.socket, socket.socketpair):
            try:
                made = make(family, kind)
            except OSError:
                continue
            allowed.append((make.__name__, family, kind))
print(allowed)
"""


def test_no_sockets_can_be_made_but_unix_streams():
    """Of any family that the kernel has or could load: VSOCK, NETLINK, PACKET and ALG are among them."""
    ran = subprocess.run(
        [sys.executable, "-c", FAMILIES],
        cwd=seccomp.__file__.rpartition("/inside/")[0],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[('socket', 1, 1), ('socketpair', 1, 1)]\n"


REFUSED = """
import ctypes, os
from inside.seccomp import deny
read = os.open(".", os.O_RDONLY)
libc = ctypes.CDLL(None, use_errno=True)
deny()
def said(call, *arguments):
    return ctypes.get_errno() if call(*arguments) < 0 else 0
flags = ctypes.byref(ctypes.c_long())
print([
    said(libc.syscall, 470),  # newer than the lists
    said(libc.syscall, 0x40000000 + 39),
    said(libc.prctl, 78, 1, 16, 0, 0),  # a table of futexes of its own
    said(libc.prctl, 15, b"named", 0, 0, 0),
    said(libc.ioctl, read, ctypes.c_ulong(0x80086601), flags),  # flags of a file
    said(libc.ioctl, read, ctypes.c_ulong(0x5451), 0),
    said(libc.fcntl, read, 1036, flags),  # a hint on a file
])
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
def test_what_is_newer_than_the_lists_and_what_stays_with_a_file_is_refused():
    ran = subprocess.run(
        [sys.executable, "-c", REFUSED],
        cwd=seccomp.__file__.rpartition("/inside/")[0],
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = [errno.ENOSYS, errno.ENOSYS, errno.EINVAL, 0, errno.EOPNOTSUPP, 0, errno.EPERM]
    assert json.loads(ran.stdout) == wanted


@pytest.mark.parametrize("machine", MACHINES)
def test_a_filter_is_well_formed(machine):
    """No jump leads beyond its end, which the kernel would refuse, and every path through it decides."""
    for gpu in (False, True):
        lines = seccomp._program(machine, gpu)
        assert lines[-1][0] == seccomp.RETURN
        for place, (_, yes, no, value) in enumerate(lines):
            assert place + max(yes, no) < len(lines)
            assert 0 <= value < 2**32
