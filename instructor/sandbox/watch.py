"""Watching a process tree from outside: its memory, its processes, its processor time, its files."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from instructor.sandbox.cgroup import Group
from instructor.sandbox.charge import Account
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.process_tree import (
    has_own_network,
    opened,
    out_of_sight,
    private_folders,
    processor_time,
    resident,
    share,
    socket_buffer,
    sockets_around,
    threads,
    tree,
)

INTERVAL = 0.1  # seconds between two looks
MOMENT = 0.03  # seconds in which a process that was just forked is what it will be
FRESH = 20  # looks from one look at all processes to the next
OWN = 3  # processes of the jail itself
PIPE = 1 << 16  # bytes that a pipe holds: nobody in a jail can have it hold more
SOCKET = 2 * socket_buffer()  # bytes that wait in a socket at most, with what the kernel adds
THREADS = 4  # for each process that is allowed; the system, where it counts, counts both together


class Watch:
    """Looks at the tree below a process until `stop()`; when it is too large, calls `exceeded(reason)` once.

    `folder` is one that is shared with the tree and must stay within the limits on disk and files. `spent` is
    processor time that counts already. What the kernel limits in a `group` of the tree's own is left to it;
    the rest is counted here.

    Memory is the sum of proportional set sizes, so that pages which forked processes share count once; where
    the system does not show a process's share, what is resident and no file's. On top of it come the files of
    a jail's private folders, what is swapped out, tables of pages, and what pipes and sockets can hold.

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
        group: Group | None = None,
    ) -> None:
        self._pid, self._limits, self._exceeded, self._folder = pid, limits, exceeded, folder
        self._spent, self.cpu_seconds = spent, 0.0
        self._group, self._kernels = group, group.controllers if group else frozenset()
        self._told = False
        self.account = Account(pid, total=self._count_processor_time)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look once more, at what has been used since the last time, and then no more."""
        self._stop.set()
        self._thread.join()
        self._count_processor_time(tree(self._pid))
        if not self._told and self._kernel_ended_it():
            self._exceeded(self._of_memory())

    def _look(self) -> None:
        others: set[int] = set()
        looks = 0
        while not self._stop.wait(INTERVAL):
            looks += 1
            if looks % FRESH == 0:  # the number of one that ended may be a member's by now
                others.clear()
            pids = tree(self._pid, others)
            self.account.look(pids)
            if reason := self._too_much(pids):
                self._told = True
                self._exceeded(reason)
                return

    def _too_much(self, pids: list[int]) -> str:
        if len(pids) > self._limits.processes + OWN:
            return f"it started more than {self._limits.processes} processes"
        if sum(map(threads, pids)) > THREADS * self._limits.processes:
            return f"it started more than {THREADS * self._limits.processes:,} threads"
        if self._kernel_ended_it() or ("memory" not in self._kernels and self._keeps_too_much_memory(pids)):
            return self._of_memory()
        if self._spent + self._count_processor_time(pids) > self._limits.submission_cpu_seconds:
            return f"it used more than {self._limits.submission_cpu_seconds:,} s of processor time in all"
        files, size = _in_private_folders(pids)[0], 0
        if self._folder is not None:
            more, size = _content(self._folder, self._limits.files)
            files, size = files + more, size + opened(pids).nameless
        if files > self._limits.files:
            return f"it made more than {self._limits.files:,} files"
        if size > self._limits.disk:
            return f"it wrote more than {self._limits.disk // MIB:,} MiB to disk"
        return ""

    def _keeps_too_much_memory(self, pids: list[int]) -> bool:
        """Whether it has too much, and a moment later still: who was just forked seems to have all twice."""
        if not self._has_too_much_memory(pids):
            return False
        time.sleep(MOMENT)
        return self._has_too_much_memory(tree(self._pid))

    def _has_too_much_memory(self, pids: list[int]) -> bool:
        limit, files = self._limits.memory, _in_private_folders(pids)[1]
        found = opened(pids)
        sockets = sockets_around(pids[-1]) if has_own_network(pids[-1]) else found.sockets
        # Who runs a program that they may not read is out of an ordinary user's sight, sockets and all.
        sockets += self._limits.open_files * len(found.unseen.intersection(pids[OWN:]))
        beside = files + PIPE * found.pipes + SOCKET * sockets + sum(map(out_of_sight, pids))
        held = {pid: resident(pid) for pid in pids}
        if beside > limit or sum(held.values()) + beside <= limit:
            return beside > limit
        whole = mapped = 0  # of the private folders' files, which count already
        for pid in sorted(pids, key=held.get, reverse=True):  # a share takes long to find; one may be enough
            more, shared = share(pid)
            whole, mapped = whole + more, mapped + shared
            if whole - min(mapped, files) + beside > limit:
                return True
        return False

    def _kernel_ended_it(self) -> bool:
        return self._group is not None and self._group.ran_out_of_memory()

    def _of_memory(self) -> str:
        return f"it used more than {self._limits.memory // MIB:,} MiB of memory"

    def _count_processor_time(self, pids: list[int]) -> float:
        """Seconds of processor time so far, by whichever count has seen more."""
        counted = self._group.processor_time() if self._group else 0.0
        self.cpu_seconds = max(self.cpu_seconds, counted, sum(map(processor_time, pids)))
        return self.cpu_seconds


def _in_private_folders(pids: list[int]) -> tuple[int, int]:
    """Files in a jail's private folders, which cost memory even when empty, and the bytes of all of them."""
    count = size = 0
    for folder in next(filter(None, map(private_folders, pids[:2])), []):
        with contextlib.suppress(OSError):
            state = os.statvfs(folder)
            count += state.f_files - state.f_ffree
            size += (state.f_blocks - state.f_bfree) * state.f_frsize
    return count, size


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
