"""The worker of a jail, from which sessions and kernels are forked: the orders that it takes, and its end."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from instructor.sandbox.cgroup import Group
from instructor.sandbox.charge import Stopwatch
from instructor.sandbox.fork_server import Forked
from instructor.sandbox.inside.wire import CannotCross, WireError, receive, send
from instructor.sandbox.limits import Limits
from instructor.sandbox.process_tree import kill_tree
from instructor.sandbox.watch import Watch


class Worker:
    """A worker that has been started, with the watch over it; `control` is the socket to it.

    `folder` is the private one that it shares with the trusted side, `spent` the processor time that the
    submission has used before. `group`, if it is in one, is the worker's from here on. `reason` says why the
    watch ended it, if it did.
    """

    def __init__(
        self,
        process: subprocess.Popen | Forked,
        control: socket.socket,
        limits: Limits,
        folder: Path | None = None,
        spent: float = 0.0,
        group: Group | None = None,
    ) -> None:
        self._process, self._control, self._limits, self._group = process, control, limits, group
        self._ready, self.is_running, self.reason = False, True, ""
        self._watch = Watch(process.pid, limits, self._exceeded, folder, spent, group)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_forked(self) -> bool:
        """Whether a fork server has forked it; else it was launched for its jail."""
        return isinstance(self._process, Forked)

    def stopwatch(self, seconds: float) -> Stopwatch:
        """A stopwatch over this worker and all that it has forked."""
        return Stopwatch(seconds, self._watch.account, self._limits.patience)

    def wait_until_ready(self) -> None:
        """Raises WireError, EOFError or OSError when it does not start, and Starved when it can't."""
        if not self._ready:
            receive(self._control, self._limits.wire, self.stopwatch(self._limits.start_seconds).left)
            self._ready = True

    def order(self, order: dict, seconds: float, passed: Sequence[int] = ()) -> dict:
        """Give an order, with descriptors, and return the answer.

        Raises WireError, EOFError or OSError when there is none in time, and Starved when it can't be.
        """
        nonce, deadline = secrets.token_hex(16), self.stopwatch(seconds).left
        if not self.is_running:
            raise EOFError("the worker has ended")
        try:
            send(self._control, nonce, order, self._limits.wire, deadline)
        except CannotCross as error:
            raise WireError(str(error)) from None
        if passed:
            socket.send_fds(self._control, [b"+"], list(passed))
        echoed, answer = receive(self._control, self._limits.wire, deadline)
        if echoed != nonce or not isinstance(answer, dict):
            raise WireError("the worker's answer is not to the order given")
        return answer

    def take_descriptor(self, seconds: float) -> int:
        """The descriptor that follows an answer. Raises OSError or IndexError when there is none."""
        self._control.settimeout(seconds)
        try:
            return socket.recv_fds(self._control, 1, 1)[1][0]
        finally:
            self._control.settimeout(None)

    def complaint(self) -> str:
        """The last line that a worker which does not start has written."""
        os.set_blocking(self._process.stderr.fileno(), False)
        with contextlib.suppress(OSError):
            lines = (self._process.stderr.read() or b"").decode("utf-8", "replace").strip().splitlines()
            return lines[-1][:500] if lines else ""
        return ""

    def stop(self) -> float:
        """End it and everything below it; return the processor time that all of it has used."""
        if not self.is_running:
            return 0.0
        self.is_running = False
        self._watch.stop()
        self._control.close()
        self._kill()
        self._process.stderr.close()
        self._process.wait()
        if self._group:
            self._group.close()
        return self._watch.cpu_seconds

    def _exceeded(self, reason: str) -> None:
        self.reason = reason
        self._kill()

    def _kill(self) -> None:
        if self._group:
            self._group.kill()
        kill_tree(self._process.pid)
