"""Watching a process tree from outside: its memory and its number of processes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

import psutil

from instructor.sandbox.limits import MIB, Limits

INTERVAL = 0.05  # seconds between two looks


class Watch:
    """Looks at the tree below a process until `stop()`; when it is too large, calls `exceeded(reason)` once.

    Memory is the sum of proportional set sizes, so that pages which forked processes share count once. Where
    the system does not show a process's share, its resident size counts.
    """

    def __init__(self, pid: int, limits: Limits, exceeded: Callable[[str], None]) -> None:
        self._root, self._limits, self._exceeded = psutil.Process(pid), limits, exceeded
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(INTERVAL):
            if reason := self._too_much():
                self._exceeded(reason)
                return

    def _too_much(self) -> str:
        try:
            tree = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return ""
        if len(tree) > self._limits.processes + 3:  # and the jail's own
            return f"it started more than {self._limits.processes} processes"
        resident = sum(_resident(process) for process in tree)
        if resident > self._limits.memory and sum(map(_share, tree)) > self._limits.memory:
            return f"it used more than {self._limits.memory // MIB:,} MiB of memory"
        return ""


def kill_tree(pid: int, wait: float = 10.0) -> None:
    """Kill a process and everything below it, and return when they are gone or `wait` seconds have passed."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:
        return
    deadline = time.monotonic() + wait
    while tree:
        for process in tree:
            with contextlib.suppress(psutil.Error):
                process.kill()
        _, alive = psutil.wait_procs(tree, timeout=0.5)
        if not alive or time.monotonic() > deadline:
            return
        tree = alive


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _share(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.AccessDenied:
        return _resident(process)
    except psutil.Error:
        return 0
