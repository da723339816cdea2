"""Watching a process tree from outside: its memory, its processes, its processor time, its files."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from instructor.sandbox.limits import MIB, Limits

INTERVAL = 0.1  # seconds between two looks
FRESH = 20  # looks from one look at all processes to the next
PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
OWN = 3  # processes of the jail itself
THREADS = 4  # for each process that is allowed; the system, where it counts, counts both together


class Watch:
    """Looks at the tree below a process until `stop()`; when it is too large, calls `exceeded(reason)` once.

    Memory is the sum of proportional set sizes, so that pages which forked processes share count once. Where
    the system does not show a process's share, its resident size counts. `folder` is one that is shared with
    the tree and must stay within the limits on disk and files. `spent` is processor time that counts already.

    `cpu_seconds` is the processor time of the tree so far, and of what ended in it.
    """

    def __init__(
        self,
        pid: int,
        limits: Limits,
        exceeded: Callable[[str], None],
        folder: Path | None = None,
        spent: float = 0.0,
    ) -> None:
        self._pid, self._limits, self._exceeded, self._folder = pid, limits, exceeded, folder
        self._spent, self.cpu_seconds = spent, 0.0
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
        if sum(map(_threads, pids)) > THREADS * self._limits.processes:
            return f"it started more than {THREADS * self._limits.processes:,} threads"
        memory = self._limits.memory
        if sum(map(_resident, pids)) > memory and sum(map(_share, pids)) > memory:
            return f"it used more than {memory // MIB:,} MiB of memory"
        self.cpu_seconds = max(self.cpu_seconds, sum(map(_processor_time, pids)))
        if self._spent + self.cpu_seconds > self._limits.submission_cpu_seconds:
            return f"it used more than {self._limits.submission_cpu_seconds:,} s of processor time in all"
        files, size = (0, 0) if self._folder is None else _content(self._folder, self._limits.files)
        if len(pids) > 1:
            files += _private_files(pids[1])
        if files > self._limits.files:
            return f"it made more than {self._limits.files:,} files"
        if size > self._limits.disk:
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
        if fields := _stat(each):
            children.setdefault(int(fields[1]), []).append(each)
    found = [pid]
    for each in found:
        found += children.get(each, [])
    if others is not None:
        others &= running
        others |= unknown - set(found)
    return found


def kill_tree(pid: int, wait: float = 10.0) -> None:
    """Kill a process and everything below it; return when they are gone or `wait` seconds have passed.

    What is below goes first, again and again, so that what is born meanwhile is found as well.
    """
    deadline = time.monotonic() + wait
    while (below := [each for each in tree(pid)[1:] if not _is_dead(each)]) and time.monotonic() < deadline:
        for each in below:
            with contextlib.suppress(OSError):
                os.kill(each, signal.SIGKILL)
        time.sleep(0.005)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    while not _is_dead(pid) and time.monotonic() < deadline:
        time.sleep(0.005)


def _stat(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat from the state on; none when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def _is_dead(pid: int) -> bool:
    return _stat(pid)[:1] in ([], [b"Z"], [b"X"])


def _threads(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[17]) if fields else 0


def _processor_time(pid: int) -> float:
    """Seconds of processor time of a process and of its children that were waited for."""
    return sum(map(int, _stat(pid)[11:15])) / TICKS


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


def _content(folder: Path, most: int) -> tuple[int, int]:
    """The number of files and folders in a folder, and their bytes on disk; it looks at `most` of them."""
    count, size, folders = 0, 0, [str(folder)]
    for each in folders:
        with contextlib.suppress(OSError), os.scandir(each) as entries:
            for entry in entries:
                if (count := count + 1) > most:
                    return count, size
                with contextlib.suppress(OSError):
                    size += 4_096 + entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return count, size
