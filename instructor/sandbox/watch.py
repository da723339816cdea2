"""Watching a process tree from outside: its memory, its processes, its processor time, its files."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from instructor.sandbox.charge import Account
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.process_tree import private_folders, processor_time, resident, share, threads, tree

INTERVAL = 0.1  # seconds between two looks
FRESH = 20  # looks from one look at all processes to the next
OWN = 3  # processes of the jail itself
THREADS = 4  # for each process that is allowed; the system, where it counts, counts both together


class Watch:
    """Looks at the tree below a process until `stop()`; when it is too large, calls `exceeded(reason)` once.

    Memory is the sum of proportional set sizes, so that pages which forked processes share count once. Where
    the system does not show a process's share, its resident size counts. `folder` is one that is shared with
    the tree and must stay within the limits on disk and files. `spent` is processor time that counts already.

    `cpu_seconds` is the processor time of the tree so far, and of what ended in it; `account` says how long
    it had no core to run on.
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
        self.account = Account(pid)
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
            if looks % FRESH == 0:  # one whose parent ended just then was taken for another
                others.clear()
            pids = tree(self._pid, others)
            self.account.look(pids)
            if reason := self._too_much(pids):
                self._exceeded(reason)
                return

    def _too_much(self, pids: list[int]) -> str:
        if len(pids) > self._limits.processes + OWN:
            return f"it started more than {self._limits.processes} processes"
        if sum(map(threads, pids)) > THREADS * self._limits.processes:
            return f"it started more than {THREADS * self._limits.processes:,} threads"
        memory = self._limits.memory
        if sum(map(resident, pids)) > memory and sum(map(share, pids)) > memory:
            return f"it used more than {memory // MIB:,} MiB of memory"
        self.cpu_seconds = max(self.cpu_seconds, sum(map(processor_time, pids)))
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


def _private_files(pid: int) -> int:
    """Files in the private folders of a process in a jail, which cost memory even when empty; else 0."""
    total = 0
    for folder in private_folders(pid):
        with contextlib.suppress(OSError):
            state = os.statvfs(folder)
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
