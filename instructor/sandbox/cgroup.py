"""A control group (cgroup v2) for each jail, where one can be had: there the kernel itself keeps the limits.

It counts every kind of memory that a process tree holds, mapped or not, its tasks, and its processor time, of
whoever has ended as well; past the limit on memory it ends all of the group at once. Where no group can be
made, or one without these controllers, the watch counts from outside (`watch.py`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from instructor.sandbox.limits import Limits

MOUNTS, OWN = Path("/proc/self/mountinfo"), Path("/proc/self/cgroup")
WANTED = ("memory", "pids")  # what a group needs a controller for; processor time is counted in any case
GRADERS = (
    "cs231n-graders"  # where the graders of a delegated group are: the kernel wants them beside the jails
)
NAME = re.compile(r"cs231n-jail-[0-9a-f]{12}")
SECONDS = 5.0  # until what was killed is gone
TO_HAVE_ONE = "systemd-run --user --scope -p Delegate=yes make grade"


class NoGroups(RuntimeError):  # noqa: N818
    """No group can be made here; the message says why."""


@dataclass(frozen=True)
class Home:
    """The folder below which groups are made, and which of WANTED the kernel limits there."""

    folder: Path
    controllers: frozenset[str]


class Group:
    """A group for one jail, with its limits set: `procs` is the file that takes processes in by their number.

    `tasks` is the most processes and threads together. `close()` ends all that is in it and removes it.
    """

    def __init__(self, home: Home, limits: Limits, tasks: int) -> None:
        _remove_dead(home.folder)
        self.path = home.folder / f"cs231n-jail-{secrets.token_hex(6)}"
        self.path.mkdir()
        self.controllers = home.controllers
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._limit(limits, tasks)
        except OSError:
            self.close()
            raise

    @property
    def procs(self) -> Path:
        return self.path / "cgroup.procs"

    def add(self, pid: int) -> None:
        """Take a process in; what it starts from then on is in it as well."""
        self.procs.write_text(f"{pid}\n")

    def processor_time(self) -> float:
        """Seconds of processor time that all have used who ever were in it; 0 where that can't be read."""
        return _numbers(self.path / "cpu.stat").get("usage_usec", 0) / 1e6

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has ended it because it used more than its memory."""
        return _numbers(self.path / "memory.events").get("oom_kill", 0) > 0

    def kill(self) -> None:
        """End all that is in it."""
        _kill(self.path)

    def close(self) -> None:
        """End all that is in it, and remove it."""
        if self._lock < 0:
            return
        _remove(self.path)
        os.close(self._lock)
        self._lock = -1

    def _limit(self, limits: Limits, tasks: int) -> None:
        if "memory" in self.controllers:
            (self.path / "memory.max").write_text(str(limits.memory))
            (self.path / "memory.oom.group").write_text("1")
            with contextlib.suppress(OSError):  # a kernel without swap has no such file
                (self.path / "memory.swap.max").write_text("0")
        if "pids" in self.controllers:
            (self.path / "pids.max").write_text(str(tasks))


def made(limits: Limits, tasks: int) -> Group | None:
    """A new group; None where none can be had, and the watch counts alone."""
    try:
        return Group(home(), limits, tasks)
    except (NoGroups, OSError):
        return None


def entered(command: list[str], group: Group | None) -> list[str]:
    """A command that first enters a group and offers itself to the kernel when memory runs out.

    Where it is root who offers, nothing without root's rights can take that back.
    """
    script = (
        'echo 1000 2>/dev/null >/proc/self/oom_score_adj; [ -z "$0" ] || echo 0 >"$0" || exit 1; exec "$@"'
    )
    return ["/bin/sh", "-c", script, str(group.procs) if group else "", *command]


@cache
def home(mounts: Path = MOUNTS, own: Path = OWN) -> Home:
    """Where groups are made here, after a trial. Raises NoGroups."""
    reasons = []
    for folder in _places(mounts, own):
        try:
            found = Home(folder, _controllers(folder))
            _try(found)
            return found
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror or error}")
    raise NoGroups("; ".join(reasons) or "there is no cgroup v2 here")


def _places(mounts: Path, own: Path) -> Iterator[Path]:
    """Folders below which this process might make groups: for root the top, then that of its own group."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
        inside = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return
    for fields in lines:
        if fields[fields.index("-") + 1] != "cgroup2":
            continue
        root, top = fields[3], Path(fields[4])
        if os.geteuid() == 0:
            yield top
        if inside == root or inside.startswith(root.rstrip("/") + "/"):
            mine = top / os.path.relpath(inside, root)
            yield mine.parent if mine.name == GRADERS else mine


def _controllers(folder: Path) -> frozenset[str]:
    """Have the kernel limit in the groups below a folder what it can limit, and say what that is."""
    there = {each for each in WANTED if each in (folder / "cgroup.controllers").read_text().split()}
    switch = folder / "cgroup.subtree_control"
    if not there <= set(switch.read_text().split()):
        if (
            folder / "cgroup.type"
        ).exists():  # not the root of all: it may hold processes or groups, not both
            _make_room(folder)
        switch.write_text(" ".join(f"+{each}" for each in sorted(there)))
    return frozenset(there)


def _make_room(folder: Path) -> None:
    """Move the processes of a group that was handed to this user into one below it."""
    inner = folder / GRADERS
    inner.mkdir(exist_ok=True)
    for _ in range(3):  # one may be born meanwhile
        for pid in (folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                (inner / "cgroup.procs").write_text(pid)


def _try(found: Home) -> None:
    """Make a group and have a process enter it. Raises OSError when that does not work."""
    group = Group(found, Limits.load(), tasks=64)
    try:
        ran = subprocess.run(entered(["true"], group), capture_output=True, check=False, timeout=30)
    finally:
        group.close()
    if ran.returncode:
        raise OSError(ran.stderr.decode("utf-8", "replace").strip()[-200:] or "no process can enter a group")


def _kill(path: Path) -> None:
    """End all that is in a group: at once, or before Linux 5.14 one by one."""
    with contextlib.suppress(OSError):
        (path / "cgroup.kill").write_text("1")
        return
    with contextlib.suppress(OSError):
        for pid in (path / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGKILL)


def _numbers(file: Path) -> dict[str, int]:
    """What a file of lines with a name and a number says; nothing where there is none."""
    try:
        pairs = (line.split() for line in file.read_text().splitlines())
        return {name: int(value) for name, value in pairs}
    except (OSError, ValueError):
        return {}


def _remove_dead(folder: Path) -> None:
    """Remove the groups of graders that have ended without doing so: nobody holds their locks."""
    for path in _groups(folder):
        with contextlib.suppress(OSError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - path.stat().st_mtime > SECONDS:  # else it is just being made
                    _remove(path)
            finally:
                os.close(lock)


def _groups(folder: Path) -> Iterable[Path]:
    return [path for path in folder.iterdir() if NAME.fullmatch(path.name)]


def _remove(path: Path) -> None:
    """End all that is in a group, and remove it once they are gone."""
    deadline = time.monotonic() + SECONDS
    while path.exists():
        _kill(path)
        try:
            path.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)
