"""Shutting a process off from all others of its fork server: namespaces, folders of its own, no rights."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from .process import prctl
from .seccomp import PR_SET_NO_NEW_PRIVS

PACKAGE, PRIVATE, SHARED_MEMORY = "/submission", "/tmp", "/dev/shm"
# <linux/sched.h>: mounts, cgroups, host name, IPC, processes, network; and users
NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
NEW_USERS = 0x10000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT = 1, 2, 4, 8, 32  # <sys/mount.h>
BIND, RECURSIVE, SLAVE = 1 << 12, 1 << 14, 1 << 19
PR_CAPBSET_DROP, CAPABILITY_VERSION_3 = 24, 0x20080522
LIBC = ctypes.CDLL(None, use_errno=True)


def take_namespaces() -> None:
    """New ones of every kind; of users only where this process is not root, who needs none for the others."""
    user, group, root = os.geteuid(), os.getegid(), os.geteuid() == 0
    _require(LIBC.unshare(NAMESPACES | (0 if root else NEW_USERS)), "new namespaces")
    if not root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def mount_private_folders(disk: int, shared_memory: int, kept: Sequence[str]) -> None:
    """Cover what the submissions of a class would have in common: processes, terminals, temporary files.

    What is mounted at the paths `kept`, entries of private folders, is there again afterwards, as it was: a
    descriptor holds on to it, because its path leads to nothing once the folder is covered.
    """
    plain = NO_SETUID | NO_DEVICES
    _mount("none", "/", None, RECURSIVE | SLAVE)
    held = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in kept}
    _mount("proc", "/proc", "proc", plain | NO_PROGRAMS)
    _mount("devpts", "/dev/pts", "devpts", NO_SETUID | NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620")
    _mount("tmpfs", SHARED_MEMORY, "tmpfs", plain, f"mode=1777,size={shared_memory}")
    _mount("tmpfs", PRIVATE, "tmpfs", plain, f"mode=1777,size={disk}")
    _mount("tmpfs", PACKAGE, "tmpfs", plain, "mode=0755")
    for path, descriptor in held.items():
        os.mkdir(path, 0o755)
        _mount(f"/proc/self/fd/{descriptor}", path, None, BIND | RECURSIVE)
        os.close(descriptor)


def protect_package() -> None:
    """Let nobody change what has been written to PACKAGE."""
    _mount("none", PACKAGE, None, REMOUNT | READ_ONLY | NO_SETUID | NO_DEVICES)


def protect_processes() -> None:
    """Let nobody change what /proc tells of a process, such as who goes first when memory runs out."""
    _mount("none", "/proc", None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES | NO_PROGRAMS)


def give_up_rights(user: int) -> None:
    """Lose every capability, for good; a root becomes `user`."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(64):
        prctl(PR_CAPBSET_DROP, capability)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _require(LIBC.capset(header, (ctypes.c_uint32 * 6)()), "giving up capabilities")


def require_no_rights() -> None:
    """Raises OSError when the kernel says that this process has kept a right."""
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    held = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name], 16)]
    if held or "0" in (status["Uid"] + "\t" + status["Gid"]).split() or status["NoNewPrivs"] != "1":
        raise OSError(f"rights were not given up: {', '.join(held) or 'root'}")


def _mount(what: str, where: str, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = (text if text is None else text.encode() for text in (what, where, kind, options))
    source, target, filesystem, data = texts
    _require(LIBC.mount(source, target, filesystem, ctypes.c_ulong(flags), data), f"mounting {where}")


def _require(status: int, what: str) -> None:
    if status:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
