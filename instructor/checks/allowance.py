"""What judging an answer may cost the trusted side itself: an answer is a student's, whatever it holds.

A check looks at type and shape first; this is for what it has overlooked. Past the allowance the check fails
and the next one is run.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator

SHORT = ("can't allocate memory", "bad_alloc")  # what torch says when there is none


class Overrun(BaseException):
    """The time is over; no part of a check is to take it for an error of its own."""


@contextlib.contextmanager
def allowed(seconds: float, memory: int) -> Iterator[None]:
    """Hold this process to some more seconds of its own processor time, and to some more bytes of memory.

    Raises Overrun, in the main thread (elsewhere time is not bounded), and MemoryError. What waits for a
    student costs no processor time here, and a busy machine changes nothing.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = _held() + memory
    for bound in (soft, hard):
        most = most if bound == resource.RLIM_INFINITY else min(most, bound)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        with _timed(seconds):
            yield
    except RuntimeError as error:
        if not any(words in str(error) for words in SHORT):
            raise
        raise MemoryError("no memory is left for it") from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


class Budget:
    """Processor time for all that is judged of one submission: `seconds`, and at most `each` at a time."""

    def __init__(self, seconds: float, each: float, memory: int) -> None:
        self._left, self._each, self._memory = seconds, each, memory

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """The allowance for one check. Raises Overrun and MemoryError."""
        if self._left <= 0:
            raise Overrun
        began = time.process_time()
        try:
            with allowed(min(self._left, self._each), self._memory):
                yield
        finally:
            self._left -= time.process_time() - began


@contextlib.contextmanager
def _timed(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _over(*_: object) -> None:
    raise Overrun


def _held() -> int:
    """Bytes of this process that the limit counts."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
