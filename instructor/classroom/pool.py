"""Local workers: each submission in a process of its own, forked from one that has imported everything.

So is the process in the sandbox, from another one, which holds no answers. A worker that dies takes nothing
with it but its own submission; the processes that fork have neither threads nor a CUDA context.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from pathlib import Path
from unittest import mock

from instructor.classroom.work import Options, grade_packed
from instructor.core.seeds import SHARED
from instructor.sandbox.fork_server import ForkServer
from instructor.sandbox.inside.process import PR_SET_PDEATHSIG, prctl
from instructor.sandbox.process_tree import kill_tree
from instructor.sandbox.warm import ENDED, WITHOUT, try_out


@dataclass
class Event:
    """What became of a submission: `kind` is "started", "step", "done" or "lost"."""

    name: str
    kind: str
    what: str = ""
    done: int = 0
    total: int = 0
    graded: bytes = b""


@dataclass
class _Worker:
    process: object
    connection: Connection
    deadline: float
    log: Path


def say_on_stderr(said: str) -> None:
    """Tell people something where no one has asked to be told it."""
    print(said, file=sys.stderr)


class LocalPool(AbstractContextManager):
    """Up to `jobs` submissions at a time, each for at most `seconds`; `scratch` is where they put files.

    What the checks of `options` draw and expect with the run's seed is made by the first submissions, and the
    others find it there, unless students' code runs without a sandbox. `say` is told when processes in the
    sandbox cannot be forked, which costs time and nothing else.
    """

    def __init__(
        self,
        jobs: int,
        seconds: float,
        scratch: Path,
        options: Options,
        say: Callable[[str], None] = say_on_stderr,
    ) -> None:
        self.jobs, self._seconds, self._scratch = jobs, seconds, scratch
        self._options = options
        self._context: BaseContext | None = None
        self._say, self._started = say, contextlib.ExitStack()
        self._fork_server: ForkServer | None = None
        self._trial: Future | None = None  # of the fork server, while the first submissions are read
        self._running: dict[str, _Worker] = {}
        self._events: deque[Event] = deque()

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def has_room(self) -> bool:
        return len(self._running) < self.jobs

    def submit(self, name: str, packed: bytes) -> None:
        """Start grading."""
        if self._context is None:
            self._warm_up()
        ours, theirs = self._context.Pipe()
        folder = Path(tempfile.mkdtemp(dir=self._scratch))
        address = self._fork_server and self._fork_server.address
        process = self._context.Process(target=_work, args=(theirs, str(folder), address), daemon=False)
        process.start()
        theirs.close()
        worker = _Worker(process, ours, time.monotonic() + self._seconds, folder / "log")
        self._running[name] = worker
        with contextlib.suppress(OSError):  # a worker that is gone already is found below
            ours.send_bytes(packed)
        self._events.append(Event(name, "started"))

    def events(self, seconds: float) -> Iterator[Event]:
        """What has happened, waiting up to `seconds` for something to happen."""
        if not self._events and self._running:
            wait([worker.connection for worker in self._running.values()], seconds)
        for name, worker in list(self._running.items()):
            self._listen(name, worker)
        self._look_after_the_fork_server()
        while self._events:
            yield self._events.popleft()

    def __exit__(self, *_: object) -> None:
        for name in list(self._running):
            self._end(name)
        self._look_after_the_fork_server()
        self._started.close()

    def _warm_up(self) -> None:
        """Start the two processes that others are forked from; there is something to grade."""
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["instructor.classroom.grader_process"])
        shared = {}
        if self._options.sandbox != "none":
            shared[SHARED] = tempfile.mkdtemp(dir=self._scratch)
        with _interrupts_ignored(), mock.patch.dict(os.environ, shared):
            forkserver.ensure_running()
        if self._options.sandbox == "bwrap":
            self._fork_server = self._started.enter_context(ForkServer(self._options.limits))
            trials = ThreadPoolExecutor(1)
            self._trial = trials.submit(try_out, self._fork_server, self._options.limits)
            trials.shutdown(wait=False)

    def _look_after_the_fork_server(self) -> None:
        """Say it when there is none that works, once; later submissions do without it."""
        if not self._fork_server or not self._trial.done():
            return
        error = self._trial.exception()
        if error or self._fork_server.has_ended:
            self._say(WITHOUT.format(error) if error else ENDED.format(self._fork_server.complaint()))
            self._fork_server = None

    def _listen(self, name: str, worker: _Worker) -> None:
        try:
            while worker.connection.poll():
                message = worker.connection.recv()
                if isinstance(message, bytes):
                    self._end(name)
                    self._events.append(Event(name, "done", graded=message))
                    return
                self._events.append(Event(name, "step", *message))
        except (EOFError, OSError):
            said = _last_line(worker.log)
            self._end(name)
            code = worker.process.exitcode
            why = f"its grader's process ended (status {code}){f': {said}' if said else ''}"
            self._events.append(Event(name, "lost", why))
            return
        if time.monotonic() > worker.deadline:
            self._end(name)
            self._events.append(Event(name, "lost", f"grading took longer than {self._seconds:.0f} s"))

    def _end(self, name: str) -> None:
        worker = self._running.pop(name)
        kill_tree(worker.process.pid)
        worker.process.join(10)
        worker.connection.close()
        shutil.rmtree(worker.log.parent, ignore_errors=True)


def _work(connection: Connection, folder: str, fork_server: Path | None) -> None:
    """In the worker: grade the one submission that comes, and end."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # no worker outlives the run
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder
    try:
        log = os.open(os.path.join(folder, "log"), os.O_WRONLY | os.O_CREAT, 0o600)
    except FileNotFoundError:
        os._exit(1)  # the run was stopped and has tidied up
    for stream in (1, 2):
        os.dup2(log, stream)
    packed = connection.recv_bytes()
    connection.send(grade_packed(packed, lambda *step: connection.send(step), fork_server))
    sys.stdout.flush()
    os._exit(0)  # whatever else it has started is ended with it


def _last_line(log: Path) -> str:
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""
    return ""


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """For what is started: an interrupt at the terminal is for this process alone."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
