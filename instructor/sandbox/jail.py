"""A jail: one worker process tree that holds a composed package and none of the answers."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from instructor.sandbox import fork_server
from instructor.sandbox.bubblewrap import View
from instructor.sandbox.inside.leftovers import empty
from instructor.sandbox.inside.wire import CannotCross, WireError, receive, send
from instructor.sandbox.kinds import KINDS, choose, make_readable
from instructor.sandbox.launch import launch_command
from instructor.sandbox.limits import Limits
from instructor.sandbox.private import PrivateFolder
from instructor.sandbox.watch import Watch, kill_tree

__all__ = ["KINDS", "Jail", "JailBroken", "choose"]
GRACE = 10.0  # seconds that the worker may take over an order of the trusted side


class JailBroken(RuntimeError):  # noqa: N818
    """The worker cannot be started, through no fault of a student's."""


class Jail:
    """Runs students' code: `with Jail(folder) as jail, Student(jail) as student: student.sim(a, b)`.

    `folder` holds `cs231n/`. For the kit's own compositions it may hold several packages, each in a folder of
    its own, one of which a session is told to use; a student's package is always alone in its jail, because
    one session sees the whole folder. The worker starts at once and is waited for at the first session; it
    is replaced when a session has broken it.
    """

    def __init__(self, folder: Path, sandbox: str = "auto", limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.kind = choose(sandbox)
        self.reason = ""  # why the watch ended the worker
        self.unfinished: dict[str, list[str] | None] = {}  # see Student._find_unfinished
        self._folder = folder.resolve()
        self._nursery = fork_server.used() if self.kind == "bwrap" else None
        self._process: subprocess.Popen | fork_server.Forked | None = None
        self._deadline: float | None = None
        self._broken = ""
        self._cpu_seconds = 0.0  # of workers that have ended
        self._home = None if self.kind == "bwrap" else PrivateFolder("home")
        make_readable(self.kind, self._folder)
        if self._home is not None:
            make_readable(self.kind, self._home.path, writable=True)
        self._start()

    def __enter__(self) -> Jail:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
        order |= {"folder": f"{self._root}/notebooks", "unfinished": self.unfinished.get("") or []}
        self._fork(order, cpu_seconds, [each.fileno() for each in listening], self.limits.start_seconds)
        self._control.settimeout(GRACE)
        try:
            _, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
            return descriptors[0]
        except (OSError, IndexError) as error:
            raise JailBroken(f"the worker does not answer: {error}") from None
        finally:
            self._control.settimeout(None)

    def end_session(self, patience: float = 0.0) -> int | None:
        """Kill the session and all that it started; return its exit status if it ended by itself.

        It is given `patience` seconds for that. A worker that cannot do so is killed with everything in it.
        """
        try:
            answer = self._order({"op": "end", "patience": patience}, patience + GRACE)
            return answer["exit"] if isinstance(answer.get("exit"), int) else None
        except (WireError, EOFError, OSError):
            self._stop()
            return None

    def close(self) -> None:
        """End the worker and everything below it."""
        self._stop()
        if self._home is not None:
            self._home.close()

    def remaining(self) -> float:
        """Seconds that are left of the submission's time, which runs from the first call on."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self.limits.submission_seconds
        if self._cpu_seconds > self.limits.submission_cpu_seconds:
            return 0.0
        return self._deadline - time.monotonic()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        self._ready, self.reason = False, ""
        self._root = "/submission" if self.kind == "bwrap" else str(self._folder)
        with theirs:
            self._process = self._forked(theirs) or self._launched(theirs)
        scratch = self._home.path if self._home else None
        self._watch = Watch(self._process.pid, self.limits, self._exceeded, scratch, self._cpu_seconds)

    def _forked(self, wire: socket.socket) -> fork_server.Forked | None:
        """A worker from the nursery, where there is one that works."""
        with contextlib.suppress(fork_server.NoNursery):
            if self._nursery:
                return fork_server.fork_worker(self._nursery, wire, self._folder, self.limits)
        return None

    def _launched(self, wire: socket.socket) -> subprocess.Popen:
        """A worker that imports everything itself."""
        view, home = View(read_only={"/submission": self._folder}), ""
        if self._home is not None:
            home = str(self._home.path)
            empty(home)  # of what an earlier worker was killed over
            view = dataclasses.replace(view, environment={"HOME": home}, folder=home)
        command, where = launch_command(
            ["worker", str(wire.fileno())], self.kind, view, self.limits, scratch=home
        )
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(wire.fileno(),),
            **where,
        )

    def _stop(self) -> None:
        if self._process is None:
            return
        self._watch.stop()
        self._cpu_seconds += self._watch.cpu_seconds
        self._control.close()
        kill_tree(self._process.pid)
        self._process.stderr.close()
        self._process.wait()
        self._process = None

    def _await_worker(self) -> None:
        if self._process is None:
            self._start()
        if self._ready:
            return
        try:
            if not self._broken:
                receive(self._control, self.limits.wire, time.monotonic() + self.limits.start_seconds)
        except (WireError, EOFError, OSError) as error:
            if isinstance(self._process, fork_server.Forked):  # where that does not work, it is launched
                self._nursery = None
                self._stop()
                return self._await_worker()
            self._broken = f"the worker does not start: {self._complaint() or error}"
        if self._broken:
            raise JailBroken(self._broken)
        self._ready = True

    def _fork(self, order: dict, cpu_seconds: int, passed: Sequence[int], seconds: float) -> None:
        """Have the worker fork, if need be a new one. Raises JailBroken when that does not help either."""
        for attempt in range(2):
            try:
                self._await_worker()
                self._order(order | {"cpu_seconds": cpu_seconds}, seconds, passed)
                return
            except (WireError, EOFError, OSError) as error:
                self._stop()
                if attempt:
                    raise JailBroken(f"the worker does not answer: {error}") from None
                self._start()

    def _order(self, order: dict, seconds: float, passed: Sequence[int] = ()) -> dict:
        nonce, deadline = secrets.token_hex(16), time.monotonic() + seconds
        if self._process is None:
            raise EOFError("the worker has ended")
        try:
            send(self._control, nonce, order, self.limits.wire, deadline)
        except CannotCross as error:
            raise WireError(str(error)) from None
        if passed:
            socket.send_fds(self._control, [b"+"], list(passed))
        echoed, answer = receive(self._control, self.limits.wire, deadline)
        if echoed != nonce or not isinstance(answer, dict):
            raise WireError("the worker's answer is not to the order given")
        return answer

    def _complaint(self) -> str:
        """The last line that a worker which does not start has written."""
        os.set_blocking(self._process.stderr.fileno(), False)
        with contextlib.suppress(OSError):
            lines = (self._process.stderr.read() or b"").decode("utf-8", "replace").strip().splitlines()
            return lines[-1][:500] if lines else ""
        return ""

    def _exceeded(self, reason: str) -> None:
        self.reason = reason
        kill_tree(self._process.pid)
