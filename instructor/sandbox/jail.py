"""A jail: one worker process tree that holds a composed package and none of the answers."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from instructor.sandbox.cgroup import Group
from instructor.sandbox.charge import Stopwatch
from instructor.sandbox.errors import Imports, JailBroken, Starved
from instructor.sandbox.fork_server import Forked, NoForkServer, fork_worker
from instructor.sandbox.inside.folders import read_files, write_files
from instructor.sandbox.inside.wire import WireError
from instructor.sandbox.launch import KINDS, choose, launch_worker, make_readable, new_group
from instructor.sandbox.limits import Limits
from instructor.sandbox.private import PrivateFolder
from instructor.sandbox.worker import Worker

__all__ = ["KINDS", "Jail", "JailBroken", "choose"]
GRACE = 10.0  # seconds that the worker may take over an order of the trusted side


class Jail:
    """Runs students' code: `with Jail(package) as jail, Student(jail) as student: student.sim(a, b)`.

    `package` is what a session sees, with `cs231n/` in it: files as bytes by their paths, or a folder. For
    the kit's own compositions it may hold several packages, each in a folder of its own, one of which a
    session is told to use; a student's package is always alone in its jail, because one session sees all of
    it. Files that come as bytes are on disk only where a worker has to be launched.

    The worker starts at once and is waited for at the first session; it is replaced when a session has
    broken it. It is forked by the fork server at the address `fork_server`, where one works, or launched.
    """

    def __init__(
        self,
        package: Mapping[str, bytes] | Path,
        sandbox: str = "auto",
        limits: Limits | None = None,
        fork_server: Path | None = None,
    ) -> None:
        self.limits = limits or Limits.load()
        self.kind = choose(sandbox)
        self.imports = Imports()
        self._package = package
        self._fork_server = fork_server if self.kind == "bwrap" else None
        self._broken = ""
        self._charged = 0.0  # seconds of calls
        self._cpu_seconds = 0.0  # of workers that have ended
        self._folders = contextlib.ExitStack()  # private ones
        self._home = self._folder = None  # the last is the package's, once a worker was launched
        try:
            if self.kind != "bwrap":
                self._home = self._folders.enter_context(PrivateFolder("home"))
                make_readable(self.kind, self._home, writable=True)
            self.worker = self._started()  # the one of the moment, or the last one
        except BaseException:
            self._folders.close()
            raise

    def __enter__(self) -> Jail:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def reason(self) -> str:
        """Why the watch ended the worker, if it did."""
        return self.worker.reason

    def session(self, folder: str = "", seed: int = 0) -> socket.socket:
        """Fork a process that serves one check, and return the wire to it.

        Raises JailBroken when no worker can be started, and OSError when `folder` is not a plain name.
        """
        if folder and (Path(folder).name != folder or folder == ".."):
            raise OSError(f"{folder!r} is not the name of a folder of packages")
        order = {"op": "session", "package": f"{self._root}/{folder}" if folder else self._root, "seed": seed}
        order["bounds"] = dataclasses.asdict(self.limits.wire)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._fork(order, self.limits.check_cpu_seconds, [theirs.fileno()], GRACE)
            except BaseException:
                ours.close()
                raise
        return ours

    def kernel(
        self,
        connection: dict,
        listening: Sequence[socket.socket],
        environment: dict[str, str],
        cpu_seconds: int,
    ) -> int:
        """Fork a notebook's kernel in the place of a session; return a descriptor that is ready when it ends.

        `connection` is as in Jupyter's connection files, and `listening` holds the sockets of its channels.
        Raises JailBroken when no worker can be started. `end_session` ends it.
        """
        order = {"op": "kernel", "connection": connection, "environment": environment}
        order |= {"folder": f"{self._root}/notebooks", "unfinished": self.imports.endless()}
        self._fork(order, cpu_seconds, [each.fileno() for each in listening], self.limits.start_seconds)
        try:
            return self.worker.take_descriptor(GRACE * self.limits.patience)
        except (OSError, IndexError) as error:
            raise JailBroken(f"the worker does not answer: {error}") from None

    def end_session(self, patience: float = 0.0) -> int | None:
        """Kill the session and all that it started; return its exit status if it ended by itself.

        It is given `patience` seconds for that. A worker that cannot do so is killed with everything in it.
        """
        try:
            answer = self.worker.order({"op": "end", "patience": patience}, patience + GRACE)
            return answer["exit"] if isinstance(answer.get("exit"), int) else None
        except (WireError, EOFError, OSError, Starved):
            self._stop()
            return None

    def close(self) -> None:
        """End the worker and everything below it."""
        self._stop()
        self._folders.close()

    def stopwatch(self, seconds: float) -> Stopwatch:
        """A stopwatch over what runs in the worker now; it knows when that has no core to run on."""
        return self.worker.stopwatch(seconds)

    def charge(self, seconds: float) -> None:
        """Take the time of a call off that of the submission."""
        self._charged += seconds

    def remaining(self) -> float:
        """Seconds that are left of the submission's time, of which each call is charged for its own."""
        if self._cpu_seconds > self.limits.submission_cpu_seconds:
            return 0.0
        return self.limits.submission_seconds - self._charged

    @property
    def _root(self) -> str:
        """Where a session finds the package."""
        return "/submission" if self.kind == "bwrap" else str(self._folder)

    def _started(self) -> Worker:
        ours, theirs = socket.socketpair()
        group = new_group(self.kind, self.limits)
        with theirs:
            try:
                process = self._forked(theirs, group) or self._launched(theirs, group)
            except BaseException:
                ours.close()
                if group:
                    group.close()
                raise
        return Worker(process, ours, self.limits, self._home, self._cpu_seconds, group)

    def _forked(self, wire: socket.socket, group: Group | None) -> Forked | None:
        """A worker from the fork server, where there is one that works."""
        with contextlib.suppress(NoForkServer):
            if self._fork_server:
                by_path = isinstance(self._package, Path)
                files = read_files(self._package) if by_path else self._package
                return fork_worker(self._fork_server, wire, files, self.limits, group)
        return None

    def _launched(self, wire: socket.socket, group: Group | None) -> subprocess.Popen:
        """A worker that imports everything itself, and sees a folder of the disk."""
        if self._folder is None:
            if isinstance(self._package, Path):
                self._folder = self._package.resolve()
            else:
                self._folder = self._folders.enter_context(PrivateFolder("package"))
                write_files(str(self._folder), self._package)
            make_readable(self.kind, self._folder)
        return launch_worker(wire.fileno(), self.kind, self._folder, self.limits, self._home, group)

    def _stop(self) -> None:
        self._cpu_seconds += self.worker.stop()

    def _await_worker(self) -> None:
        if self._broken:
            raise JailBroken(self._broken)
        if not self.worker.is_running:
            self.worker = self._started()
        try:
            self.worker.wait_until_ready()
        except Starved:  # nothing is wrong with it
            self._stop()
            raise
        except (WireError, EOFError, OSError) as error:
            if self.worker.is_forked:  # where that does not work, it is launched
                self._fork_server = None
                self._stop()
                return self._await_worker()
            why = self.worker.reason or self.worker.complaint() or error
            self._broken = f"the worker does not start: {why}"
            raise JailBroken(self._broken) from None

    def _fork(self, order: dict, cpu_seconds: int, passed: Sequence[int], seconds: float) -> None:
        """Have the worker fork, if need be a new one. Raises JailBroken when that does not help either."""
        for attempt in range(2):
            try:
                self._await_worker()
                self.worker.order(order | {"cpu_seconds": cpu_seconds}, seconds, passed)
                return
            except Starved:
                self._stop()
                raise
            except (WireError, EOFError, OSError) as error:
                self._stop()
                if attempt:
                    raise JailBroken(f"the worker does not answer: {error}") from None
                self.worker = self._started()
