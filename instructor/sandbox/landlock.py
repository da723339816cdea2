"""The second sandbox, for machines without bubblewrap: Landlock by `sandlock`, and a filter of system calls.

A student's process stays among all others of the machine, but can read and write only what it is given, and
can reach neither the network nor other processes. Root gives up its identity, or where its Python is closed
to other users its capabilities.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from instructor.sandbox.bubblewrap import SandboxUnavailable, become, jail_user, open_to_jail
from instructor.sandbox.interpreter import python_command, python_folders
from instructor.sandbox.limits import Limits
from instructor.sandbox.mounts import (
    CONFIGURATION,
    INSIDE,
    SYSTEM,
    Mounts,
    environment,
    gpu_devices,
    gpu_folders,
    without_hidden,
)
from instructor.sandbox.process_tree import threads_of

MACHINE = ("/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu")  # what libraries look at, of nobody
DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")  # /dev/zero would share memory uncounted
SHARED_BY = 16  # graders of one user at a time, among whom the system counts processes together
NO_CAPABILITIES = ["/usr/bin/setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
HELP = """\
sandlock can't be used here to run a student's code safely:
  {reason}
What to do:
  pip install "sandlock>=0.9,<0.10"      (instructor/requirements.txt names it)
  It needs Linux 6.12 or newer with Landlock: `landlock` must be in /sys/kernel/security/lsm."""
TRIAL = """\
import ctypes, importlib.util, json, os, socket, sys
sys.path.insert(0, sys.argv[1])
origin = importlib.util.find_spec("torch").origin
from inside.process import confine
from inside.seccomp import deny
deny()
confine(**json.loads(sys.argv[2]))
libc = ctypes.CDLL(None)
def opens(path):
    try:
        return not open(path).close()
    except OSError:
        return False
def makes(*kind):
    try:
        return bool(socket.socketpair(*kind))
    except OSError:
        return False
objects = libc.msgget(0, 0o600), libc.semget(0, 1, 0o600)
libc.msgctl(objects[0], 0, None)
libc.semctl(objects[1], 0, 0)
ways = {
    "datagrams to sockets of others": makes(socket.AF_UNIX, socket.SOCK_DGRAM),
    "System V objects of others": min(objects) >= 0,
    "names of new files, by inotify": libc.inotify_init1(0) >= 0,
}
print(opens(origin), opens(sys.argv[3]), os.access(sys.argv[4], os.W_OK))
print(", ".join(way for way, is_open in ways.items() if is_open))
"""


def rules(mounts: Mounts, data: list[Path], scratch: str, limits: Limits) -> dict[str, list[str]]:
    """The folders and files that a student's process may read, and those that it may write as well."""
    shown = [each for path in map(str, data) if os.path.exists(path) for each in without_hidden(path)]
    read = [*_system(), *shown, *map(str, mounts.read_only.values())]
    write = [*DEVICES, *([scratch] if scratch else []), *map(str, mounts.writable.values())]
    if limits.gpu:
        read += gpu_folders()
        write += gpu_devices()
    return {"read": [*filter(os.path.exists, read)], "write": [*filter(os.path.exists, write)]}


def as_whom() -> list[str]:
    """What goes before a command so that it runs without the rights of root."""
    if os.geteuid() != 0:
        return []
    if working_way() == "drop":
        return become(jail_user())
    return NO_CAPABILITIES


def process_limit(limits: Limits) -> int:
    """The largest number of processes for the system itself, which counts all of a user's.

    It stops a fork bomb between two looks of the watch, which holds the tree to its own limit.
    """
    uid = jail_user() if working_way() == "drop" else os.geteuid()
    return threads_of(uid) + SHARED_BY * limits.processes


def open_way(folder: Path, writable: bool = False) -> None:
    """Let the jail's user reach and read a folder of the grader's, where root gives up its identity."""
    if working_way() == "drop":
        _open_way(folder, writable)


def _open_way(folder: Path, writable: bool) -> None:
    open_to_jail(folder, writable)
    temporary = Path(tempfile.gettempdir()).resolve()
    for parent in folder.resolve().parents:
        if parent != temporary and parent.is_relative_to(temporary) and parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | 0o011)


@cache
def working_way() -> str:
    """As whom a student's process runs: "drop", "root" (without its capabilities) or "own" (the caller).

    Raises SandboxUnavailable when Landlock does not hold here.
    """
    missing = "this is not Linux" if sys.platform != "linux" else ""
    if not missing and find_spec("sandlock") is None:
        missing = "the package sandlock is not installed"
    if missing:
        raise SandboxUnavailable(HELP.format(reason=missing))
    ways = {"drop": become(jail_user()), "root": NO_CAPABILITIES} if os.geteuid() == 0 else {"own": []}
    reason = ""
    for way, whom in ways.items():
        with tempfile.NamedTemporaryFile() as secret, tempfile.TemporaryDirectory() as private:
            os.chmod(secret.name, 0o644)
            if way == "drop":
                _open_way(Path(private), writable=True)
            given = json.dumps({"read": _system(), "write": [private]})
            command = [*whom, python_command(), "-c", TRIAL, str(INSIDE.parent), given, secret.name, private]
            try:
                tried = subprocess.run(
                    command, capture_output=True, text=True, timeout=60, check=False, env=environment({})
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                reason = str(error)
                continue
        files, _, lacks = tried.stdout.partition("\n")
        if files == "True False True" and lacks == "\n":
            return way
        if lacks.strip():
            reason = f"it leaves a way open: {lacks.strip()}"
            continue
        reason = (tried.stderr.strip().splitlines() or [f"the trial said {tried.stdout.strip()!r}"])[-1]
    raise SandboxUnavailable(HELP.format(reason=reason))


def _system() -> list[str]:
    """What every process reads, without the kit and temporary files where one of these folders holds them."""
    paths = filter(os.path.exists, (*SYSTEM, *CONFIGURATION, *MACHINE, *python_folders()))
    return [*(each for path in paths for each in without_hidden(path)), str(INSIDE)]
