"""A Dask cluster in place of local processes: `--cluster tcp://host:8786`.

A submission crosses as bytes, and its result comes back as bytes; no worker keeps anything. Only the machine
that started the run has a journal, and it takes one result for each submission, whatever was computed twice
because a worker or the scheduler was lost.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from instructor.classroom.entries import ClassError
from instructor.classroom.pool import Event
from instructor.core.tasks import ROOT
from instructor.core.version import kit_version

AHEAD = 2  # submissions sent for each thread of the workers, so that none waits for the next one
PATIENCE = 300.0  # seconds that a scheduler may be away
MISSING = "--cluster needs Dask: python -m pip install -r instructor/requirements-cluster.txt"


class ClusterPool(AbstractContextManager):
    """Sends submissions to the workers of the scheduler at `address`, each for at most `seconds`.

    `patience` is how many seconds the scheduler may be away, `grade` what the workers run.
    Raises ClassError when there is no Dask here, no scheduler there, or a worker with another kit.
    """

    def __init__(
        self, address: str, seconds: float, patience: float = PATIENCE, grade: Callable | None = None
    ) -> None:
        self._address, self._seconds, self._patience = address, seconds, patience
        self._grade = grade or grade_remotely
        self._packed: dict[str, bytes] = {}
        self._futures: dict[str, object] = {}
        self._events: deque[Event] = deque()
        self._client = None
        self._connect(time.monotonic() + 10)
        self._looked = 0.0
        self._threads = 1

    @property
    def jobs(self) -> int:
        """Threads of all workers, at least one; it grows when a worker joins."""
        if time.monotonic() > self._looked + 2:
            self._looked = time.monotonic()
            with contextlib.suppress(Exception):
                self._threads = max(1, sum(self._client.nthreads().values()))
        return self._threads

    @property
    def running(self) -> int:
        return len(self._packed)

    @property
    def has_room(self) -> bool:
        return len(self._packed) < AHEAD * self.jobs

    def submit(self, name: str, packed: bytes) -> None:
        """Send a submission off."""
        self._packed[name] = packed
        self._send(name)
        self._events.append(Event(name, "started"))

    def events(self, seconds: float) -> Iterator[Event]:
        """What has happened, waiting up to `seconds` for something to happen."""
        deadline = time.monotonic() + seconds
        while not self._events and self._packed:
            self._collect()
            if self._events or time.monotonic() >= deadline:
                break
            time.sleep(0.05)
        while self._events:
            yield self._events.popleft()

    def __exit__(self, *_: object) -> None:
        for future in self._futures.values():
            with contextlib.suppress(Exception):
                future.cancel(force=True)
        self._disconnect()

    def _send(self, name: str) -> None:
        """Ask for a result under a name of its own, so that an older answer is never taken for it."""
        try:
            key = f"{name}-{time.time_ns()}"
            self._futures[name] = self._client.submit(
                self._grade, self._packed[name], self._seconds, key=key, pure=False, retries=3
            )
        except Exception:  # the scheduler is away: sent again when it is back
            self._futures.pop(name, None)

    def _collect(self) -> None:
        if self._client.status not in ("running", "connecting") or self._gone():
            self._connect(time.monotonic() + self._patience)
            for name in self._packed:
                self._send(name)
        for name, future in list(self._futures.items()):
            if future.status == "finished":
                self._finish(name, future)
            elif future.status == "error":
                del self._futures[name], self._packed[name]
                self._events.append(Event(name, "lost", _why(future)))
            elif future.status in ("cancelled", "lost"):
                self._send(name)
        for name in self._packed.keys() - self._futures.keys():
            self._send(name)

    def _finish(self, name: str, future: object) -> None:
        try:
            version, graded = future.result(timeout=30)
        except Exception:  # its worker was lost with the result
            self._send(name)
            return
        if version != kit_version():
            raise ClassError(
                f"A worker of {self._address} has another version of the kit ({version}, here "
                f"{kit_version()}): bring all machines to the same one."
            )
        del self._futures[name], self._packed[name]
        self._events.append(Event(name, "done", graded=graded))

    def _gone(self) -> bool:
        """Whether the scheduler does not answer, or has forgotten this client."""
        if self._client.status != "connecting":
            return False
        self._disconnect()
        return True

    def _connect(self, deadline: float) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ClassError(MISSING) from None
        self._disconnect()
        self._futures.clear()
        while True:
            try:
                self._client = Client(self._address, timeout=5, set_as_default=False)
                return
            except (OSError, TimeoutError, ValueError) as error:
                if time.monotonic() > deadline or isinstance(error, ValueError):
                    said = f"There is no Dask scheduler at {self._address} ({type(error).__name__})."
                    raise ClassError(said) from None
                time.sleep(1)

    def _disconnect(self) -> None:
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.close(timeout=2)


def grade_remotely(packed: bytes, seconds: float) -> tuple[str, bytes]:
    """On a worker: grade in a process of its own; what the kit is there, and the result.

    Raises RuntimeError with the last line that the process wrote when it gives no result.
    """
    command = [sys.executable, "-m", "instructor.classroom.grader_process"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        graded, said = process.communicate(packed, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"grading took longer than {seconds:.0f} s") from None
    finally:
        process.kill()
        process.wait()
    if process.returncode or not graded:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise RuntimeError(lines[-1][:300] if lines else f"its grader ended with status {process.returncode}")
    return kit_version(), graded


def _why(future: object) -> str:
    error = future.exception(timeout=10)
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
