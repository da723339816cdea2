"""The bubblewrap command: what a student's process can see, and as whom it runs.

Inside are a read-only system and Python, the folders that the caller names, and private temporary folders of
limited size. There is no network, no other process, no home folder, nothing of the caller's environment, and
no descriptor but those that the caller passes on.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from shutil import which

from instructor.sandbox.interpreter import is_within, python_command, python_folders
from instructor.sandbox.limits import Limits
from instructor.sandbox.mounts import (
    CONFIGURATION,
    INSIDE,
    SYSTEM,
    Mounts,
    environment,
    gpu_devices,
    layout,
    links,
)

FIRST_USER, USERS = 61_184, 4_096  # ids that no account has; one per grader keeps process limits apart
HIDES = (
    "/submission",
    "/kit/inside",
    "/proc",
)  # what is mounted there covers all that this machine has there
HELP = """\
bubblewrap is needed to run a student's code safely, and it cannot be used here:
  {reason}
What to do:
  Debian, Ubuntu:  apt-get install bubblewrap      Fedora:  dnf install bubblewrap
  Ubuntu 24.04 and newer also block it for ordinary users until
    sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
  In a container, allow user namespaces (docker run --security-opt seccomp=unconfined …)."""


TRIAL = """\
import ctypes, importlib.util, os
needed = [importlib.util.find_spec("torch").origin, *os.scandir("/kit/inside")]
print("in" if all(os.access(file, os.R_OK) for file in needed) else "unreadable")
"""


class SandboxUnavailable(RuntimeError):  # noqa: N818
    """There is no working sandbox; the message says why and what to do."""


def wrap(
    command: Sequence[str],
    mounts: Mounts,
    limits: Limits,
    way: str | None = None,
    makes_jails: bool = False,
    is_weak: bool = False,
) -> list[str]:
    """The command that runs `command` in a jail. Raises SandboxUnavailable when that cannot work here.

    With `makes_jails`, which is for the kit's own code alone, a root stays one that can fork into jails of
    their own, and there is a folder /submission to mount theirs on. One that `is_weak` leaves /proc and
    /dev/zero as they are, to show what would come of that.
    """
    way = way or working_way()
    uid = jail_user()
    identity = {"user": ["--unshare-user", "--uid", str(uid), "--gid", str(uid), "--cap-drop", "ALL"]}
    identity["drop"] = ["--cap-drop", "ALL"]
    more = ("CAP_SYS_ADMIN", "CAP_KILL") if makes_jails else ()
    for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", *more):
        identity["drop"] += ["--cap-add", capability]
    arguments = ["bwrap", *identity[way]]
    arguments += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    arguments += ["--hostname", "jail", "--die-with-parent", "--new-session", "--clearenv"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for path in gpu_devices() if limits.gpu else ():
        arguments += ["--dev-bind", path, path]
    # /dev/full reads as /dev/zero does, and cannot be mapped: memory is shared by way of a file, and counted.
    arguments += [] if is_weak else ["--dev-bind", "/dev/full", "/dev/zero"]
    arguments += ["--remount-ro", "/dev", *([] if makes_jails or is_weak else ["--remount-ro", "/proc"])]
    for folder, size in (("/dev/shm", limits.shared_memory), ("/tmp", limits.disk)):
        arguments += ["--perms", "1777", "--size", str(size), "--tmpfs", folder]
    arguments += _system()  # after /tmp, which may be where the kit and its Python are
    for destination, source in mounts.read_only.items():
        arguments += _bind("--ro-bind", str(source), destination)
    for destination, source in mounts.writable.items():
        arguments += _bind("--bind", str(source), destination)
    for name, value in environment(mounts.environment, limits.gpu).items():
        arguments += ["--setenv", name, value]
    arguments += ["--perms", "0755", "--dir", "/submission"] if makes_jails else []
    arguments += ["--remount-ro", "/", "--chdir", mounts.folder, "--"]
    return [*arguments, *(become(uid) if way == "drop" and not makes_jails else ()), *command]


def jail_user() -> int:
    """The user inside the jails of this process."""
    return FIRST_USER + os.getpid() % USERS


def make_readable(folder: Path, writable: bool = False) -> None:
    """Let the jail's user read a folder or own it, where root grades and gives up its identity inside."""
    if working_way() == "drop":
        open_to_jail(folder, writable)


def open_to_jail(folder: Path, writable: bool) -> None:
    """Make a folder and all in it readable for everyone, or the property of the jail's user."""
    for path in (folder, *folder.rglob("*")):
        if writable:
            os.chown(path, jail_user(), jail_user(), follow_symlinks=False)
        elif not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


@cache
def working_way() -> str:
    """How bubblewrap works here: "drop" (root gives up its identity) or "user" (a user namespace)."""
    if which("bwrap") is None:
        raise SandboxUnavailable(HELP.format(reason="there is no command bwrap"))
    if lost := [path for path in python_folders() if is_within(path, HIDES)]:
        raise SandboxUnavailable(
            HELP.format(reason=f"Python is in {lost[0]}, which is a jail's own; move it")
        )
    reason = ""
    for way in ("drop", "user") if os.geteuid() == 0 else ("user",):
        command = wrap([python_command(), "-c", TRIAL], Mounts({"/kit/inside": INSIDE}), Limits.load(), way)
        try:
            tried = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = str(error)
            continue
        if tried.returncode == 0 and tried.stdout == "in\n":
            return way
        reason = (tried.stderr.strip().splitlines() or [f"exit status {tried.returncode}"])[-1]
    raise SandboxUnavailable(HELP.format(reason=reason))


def become(uid: int) -> list[str]:
    """Give up root for good, as the first thing inside; a process limit binds only other users than root."""
    identity = ["--reuid", str(uid), "--regid", str(uid), "--clear-groups"]
    return ["/usr/bin/setpriv", *identity, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]


def _bind(how: str, source: str, destination: str) -> Iterable[str]:
    """Bind a file or folder."""
    return _on_the_way(destination, how, source, destination)


def _on_the_way(path: str, *words: str) -> Iterable[str]:
    """Do something at a path; the folders on the way to it are made for every user to pass."""
    for parent in reversed(Path(path).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))
    yield from (*(("--perms", "0755") if words[0] == "--tmpfs" else ()), *words)


def _system() -> Iterable[str]:
    """Show the system and Python, and cover what `layout` says."""
    for path in SYSTEM:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
    shown = layout()
    for path, source in shown.items():
        yield from _bind("--ro-bind", source, path) if source else _on_the_way(path, "--tmpfs", path)
    for path in CONFIGURATION:
        yield from _bind("--ro-bind-try", path, path)
    for path, says in links().items():
        if not any(shown.get(str(parent)) for parent in Path(path).parents):
            yield from _on_the_way(path, "--symlink", says, path)
    for path, source in shown.items():
        if not source:
            yield from ("--remount-ro", path)
