"""Watching a process tree from outside: its memory, its processes, its files."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from instructor.sandbox.limits import MIB, Limits

INTERVAL = 0.1  # seconds between two looks
FRESH = 20  # looks from one look at all processes to the next
PAGE = os.sysconf("SC_PAGE_SIZE")
OWN = 3  # processes of the jail itself


class Watch:
    """Looks at the tree below a process until `stop()`; when it is too large, calls `exceeded(reason)` once.

    Memory is the sum of proportional set sizes, so that pages which forked processes share count once. Where
    the system does not show a process's share, its resident size counts. `folder` is one that is shared with
    the tree and must stay within the limit on disk.
    """

    def __init__(
        self, pid: int, limits: Limits, exceeded: Callable[[str], None], folder: Path | None = None
    ) -> None:
        self._pid, self._limits, self._exceeded, self._folder = pid, limits, exceeded, folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        others: set[int] = set()
        looks = 0
        while not self._stop.wait(INTERVAL):
            looks += 1
            if (
                looks % FRESH == 0
            ):  # a process whose parent ended while it was looked at was taken for another
                others.clear()
            if reason := self._too_much(tree(self._pid, others)):
                self._exceeded(reason)
                return

    def _too_much(self, pids: list[int]) -> str:
        if len(pids) > self._limits.processes + OWN:
            return f"it started more than {self._limits.processes} processes"
        memory = self._limits.memory
        if sum(map(_resident, pids)) > memory and sum(map(_share, pids)) > memory:
            return f"it used more than {memory // MIB:,} MiB of memory"
        if len(pids) > 1 and _private_files(pids[1]) > self._limits.files:
            return f"it made more than {self._limits.files:,} files"
        if self._folder is not None and _size(self._folder) > self._limits.disk:
            return f"it wrote more than {self._limits.disk // MIB:,} MiB to disk"
        return ""


def tree(pid: int, others: set[int] | None = None) -> list[int]:
    """A process and its descendants.

    `others` holds processes that are known to be none of them, and is kept up to date: on a machine with very
    many processes only the new ones are looked at.
    """
    children: dict[int, list[int]] = {}
    running = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    unknown = running if others is None else running - others
    for each in unknown:
        with contextlib.suppress(OSError, IndexError), open(f"/proc/{each}/stat", "rb") as file:
            parent = int(file.read().rpartition(b")")[2].split()[1])
            children.setdefault(parent, []).append(each)
    found = [pid]
    for each in found:
        found += children.get(each, [])
    if others is not None:
        others &= running
        others |= unknown - set(found)
    return found


def kill_tree(pid: int, wait: float = 10.0) -> None:
    """Kill a process and everything below it; return when they are gone or `wait` seconds have passed."""
    try:
        root = psutil.Process(pid)
        alive = [root, *root.children(recursive=True)]
    except psutil.Error:
        return
    deadline = time.monotonic() + wait
    while alive and time.monotonic() < deadline:
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        alive = psutil.wait_procs(alive, timeout=0.5)[1]


def _resident(pid: int) -> int:
    """Bytes of a process in memory, those that it shares included."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError, ValueError):
        return 0


def _share(pid: int) -> int:
    try:
        return psutil.Process(pid).memory_full_info().pss
    except psutil.AccessDenied:
        return _resident(pid)
    except psutil.Error:
        return 0


def _private_files(pid: int) -> int:
    """Files in the private folders of a process in a jail, which cost memory even when empty; else 0."""
    total = 0
    for folder in ("/tmp", "/dev/shm"):
        inside = f"/proc/{pid}/root{folder}"
        with contextlib.suppress(OSError):
            if os.stat(inside).st_dev != os.stat(folder).st_dev:
                state = os.statvfs(inside)
                total += state.f_files - state.f_ffree
    return total


def _size(folder: Path) -> int:
    total = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            with contextlib.suppress(OSError):
                total += 4_096 + entry.stat(follow_symlinks=False).st_blocks * 512
    return total
