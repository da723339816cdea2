"""What a student's code is charged for: time in which it ran or slept, and not time in which it had no core.

On a busy machine right code is late, and the clock on the wall can't tell it from code that never ends. So a
limit in seconds is held against the wall clock less the time in which a process was ready to run and waited
for a core (Linux counts that: the second number of /proc/PID/schedstat). An endless loop is charged for what
it runs, a deadlock or a sleep for all of it. The wall clock alone is a last resort: what has waited several
times its limit without using it could not run, which is nobody's fault.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping

from instructor.sandbox.errors import Starved
from instructor.sandbox.process_tree import ThreadTimes, own_wait, thread_times, tree

CARRY = 10.0  # seconds: the kernel adds a wait to its count when it ends, so that much may come late
SLICE = 0.2  # seconds between two looks at something that is late by the wall clock
ROOM = 300.0  # seconds for which the machine is waited for
QUIET = 3  # looks in a row, a second apart, at which it must have a core free
NEVER_SEEN = ThreadTimes(0.0, 0.0, False)


class Account:
    """How long the processes below `pid` were held up, and the processor time they used, since it was made.

    Both only grow, at each `look`, of which there should be several a second: of a thread that has ended,
    what came after the last look is lost, unless `total`, the processor time of the processes and of what
    ended among them, tells of it. Of the time from one look to the next counts as held up what the thread
    waited that waited longest, and not as far as it was used: waits of many threads are not added up, so that
    a crowd which wakes at one moment, and sleeps otherwise, is no excuse.
    """

    def __init__(
        self,
        pid: int,
        clock: Callable[[], float] = time.monotonic,
        read: Callable[[list[int]], Mapping[tuple[int, int], ThreadTimes]] = thread_times,
        total: Callable[[list[int]], float] = lambda pids: 0.0,
    ) -> None:
        self.held_up = self.processor = 0.0
        self._total, self._counted = total, 0.0
        self._pid, self._clock, self._read = pid, clock, read
        self._looked, self._seen = clock(), {}
        self._idle = self._waited = self._ahead = 0.0
        self._lock = threading.Lock()

    def look(self, pids: list[int] | None = None) -> None:
        """Bring the account up to date; `pids` is the tree, where it is known already."""
        pids = tree(self._pid) if pids is None else pids
        with self._lock:
            now, seen = self._clock(), dict(self._read(pids))
            span, self._looked = now - self._looked, now
            used, waited = self._since_last(seen, span)
            counted = max(self._counted, self._total(pids))
            used, self._counted = max(used, counted - self._counted), counted
            self._seen = seen
            self.processor += used
            # What was waited may be told later than it shows as idle time, so each is kept for the other.
            self._idle = min(CARRY, self._idle + max(0.0, span - used))
            self._waited = min(CARRY, self._waited + waited)
            lost = min(self._idle, self._waited)
            self._idle -= lost
            self._waited -= lost
            self.held_up += lost

    def _since_last(self, seen: Mapping[tuple[int, int], ThreadTimes], span: float) -> tuple[float, float]:
        """Seconds that the threads used, and that one of them waited for a core, since the look before."""
        used = waited = 0.0  # waited by the one that waited longest: it may be the others that it waited for
        stuck = uncounted = False
        for key, each in seen.items():
            before = self._seen.get(key, NEVER_SEEN)
            used += (more := max(0.0, each.used - before.used))
            if each.waited is None:  # a system that doesn't count; the state tells something
                uncounted |= each.is_ready
            else:
                waited = max(waited, late := max(0.0, each.waited - (before.waited or 0.0)))
                stuck |= key in self._seen and each.is_ready and not more and not late
        told = min(waited, self._ahead)  # of what counted already while it was waiting
        self._ahead, waited = self._ahead - told, waited - told
        if stuck:  # it is waiting at this moment, and the system will count it when it runs
            self._ahead, waited = self._ahead + span, waited + span
        return used, waited + (max(0.0, span - used) if uncounted else 0.0)


class Stopwatch:
    """Runs from when it is made: `left()` is a deadline for the wire, `charged()` what there is to pay for.

    `account` is that of the processes which are waited for. `patience` is how many times `seconds` may pass
    by the wall clock while they wait for a core.
    """

    def __init__(
        self,
        seconds: float,
        account: Account,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
        own: Callable[[], float] = own_wait,
    ) -> None:
        self._seconds, self._account, self._patience = seconds, account, patience
        self._clock, self._own = clock, own
        self._began, self._own_before = clock(), own()  # the trusted side is held up as well
        self._held_up_before, self._used_before = account.held_up, account.processor

    def left(self) -> float:
        """Seconds to wait before the next call of this; 0 when the time is used.

        Raises Starved when it is not used, and will hardly ever be.
        """
        wall = self._clock() - self._began
        if wall < self._seconds:
            return self._seconds - wall
        self._account.look()
        left = self._seconds - self.charged()
        if left > 0 and wall >= self._patience * self._seconds:
            raise Starved(self._seconds - left, wall)
        return max(0.0, min(left, SLICE))

    def charged(self) -> float:
        """Seconds since the start, less those in which the code or the trusted side waited for a core."""
        wall = self._clock() - self._began
        held_up = self._account.held_up - self._held_up_before + self._own() - self._own_before
        used = self._account.processor - self._used_before
        return max(wall - held_up, min(wall, used), 0.0)


def wait_for_room(
    seconds: float | None = None,
    running: Callable[[], int] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until the machine has a core free, for at most `seconds`; False when that was in vain."""
    running, quiet = running or _running, 0
    for _ in range(max(1, int(ROOM if seconds is None else seconds))):
        quiet = quiet + 1 if running() < (os.cpu_count() or 1) else 0
        if quiet == QUIET:
            return True
        sleep(1.0)
    return False


def _running() -> int:
    """Threads of the machine that run or wait for a core, this one left out."""
    try:
        with open("/proc/loadavg") as file:
            return int(file.read().split()[3].partition("/")[0]) - 1
    except (OSError, IndexError, ValueError):
        return 0
