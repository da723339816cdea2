"""A Dask cluster in place of local processes: `--cluster tcp://host:8786`.

A submission crosses as bytes, and its result comes back as bytes; no worker keeps anything. Only the machine
that started the run has a journal, and it takes one result for each submission, whatever was computed twice
because a worker or the scheduler was lost.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

from instructor.classroom import remote
from instructor.classroom.entries import ClassError
from instructor.classroom.pool import Event, say_on_stderr
from instructor.core.tasks import ROOT
from instructor.core.version import kit_version

AHEAD = 2  # submissions sent for each thread of the workers, so that none waits for the next one
PATIENCE = 300.0  # seconds that a scheduler may be away
LOOK = 2.0  # seconds between two looks at the workers
REMIND = 60.0  # seconds between two words on workers that are missing
MISSING = "--cluster needs Dask: python -m pip install -r instructor/requirements-cluster.txt"
NO_WORKERS = (
    "There are no workers at {address}: the submissions wait. Start some, as docs/cluster.md says: "
    "dask worker {address} --nworkers 8 --nthreads 1"
)


class ClusterPool(AbstractContextManager):
    """Sends submissions to the workers of the scheduler at `address`, each for at most `seconds`.

    `patience` is how many seconds the scheduler may be away, `grade` what the workers run, a function of a
    submission and of seconds. `say` is told when there are no workers, and when there are some again.
    Raises ClassError when there is no Dask here, no scheduler there, or a worker with another kit or Python.
    """

    def __init__(
        self,
        address: str,
        seconds: float,
        patience: float = PATIENCE,
        grade: Callable | None = None,
        say: Callable[[str], None] = say_on_stderr,
    ) -> None:
        self._address, self._seconds, self._patience = address, seconds, patience
        self._grade, self._say = grade or _Carried(), say
        self._packed: dict[str, bytes] = {}
        self._futures: dict[str, object] = {}
        self._events: deque[Event] = deque()
        self._client = None
        self._looked = self._told = 0.0
        self._threads = 0
        self._connect(time.monotonic() + 10)

    @property
    def jobs(self) -> int:
        """Threads of all workers, at least one; it grows when a worker joins."""
        self._look_for_workers()
        return max(1, self._threads)

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
            self._look_for_workers()
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

    def _look_for_workers(self) -> None:
        """Count the workers' threads now and then, and say it where submissions wait for the first one."""
        now = time.monotonic()
        if now < self._looked + LOOK:
            return
        self._looked = now
        before = self._threads
        with contextlib.suppress(Exception):
            self._threads = sum(self._client.nthreads().values())
        if self._threads > before:
            self._compare_pythons()
        if self._threads:
            if self._told:
                self._say(f"There are workers at {self._address} now: {self._threads} at a time.")
            self._told = 0.0
        elif self._packed and (not self._told or now > self._told + REMIND):
            self._told = now
            self._say(NO_WORKERS.format(address=self._address))

    def _compare_pythons(self) -> None:
        """See that what is sent can be read: a function crosses as the code of one version of Python."""
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            told = self._client.get_versions()
            hosts = {"the scheduler": told["scheduler"], **told["workers"]}
            for where, host in hosts.items():
                theirs, ours = (each["host"]["python"].split(".")[:2] for each in (host, told["client"]))
                if theirs != ours:
                    raise ClassError(
                        f"{where} runs Python {'.'.join(theirs)}, and this machine {'.'.join(ours)}: bring "
                        "all machines to the same one."
                    )

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


class _Carried:
    """`remote.grade_remotely` that arrives whole where no module of the kit can be found."""

    def __call__(self, packed: bytes, seconds: float) -> tuple[str, bytes]:
        return remote.grade_remotely(packed, seconds, str(ROOT))

    def __reduce__(self) -> tuple:
        import cloudpickle

        cloudpickle.register_pickle_by_value(remote)
        function = partial(remote.grade_remotely, sent_from=str(ROOT))
        return cloudpickle.loads, (cloudpickle.dumps(function),)


def _why(future: object) -> str:
    error = future.exception(timeout=10)
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
