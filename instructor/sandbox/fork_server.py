"""Warm workers for many jails: one process that has imported everything forks one for each submission.

What it forks is as shut off as a jail of bubblewrap of its own would be (`inside/forker.py`), and a
submission's files reach it as bytes. Where that does not work, each jail starts its own worker.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import torch

from instructor.sandbox.bubblewrap import jail_user, working_way
from instructor.sandbox.cgroup import Group
from instructor.sandbox.inside.folders import joined
from instructor.sandbox.inside.wire import Bounds, CannotCross, send
from instructor.sandbox.launch import fork_server_command, resources
from instructor.sandbox.limits import Limits
from instructor.sandbox.private import PrivateFolder
from instructor.sandbox.process_tree import kill_tree, number_of

SECONDS = 30.0  # until a worker that was killed is gone
BACKLOG = 128


class NoForkServer(RuntimeError):  # noqa: N818
    """No worker can be forked; the message says why."""


@dataclass
class Forked:
    """A worker that a fork server has forked; what a jail needs of a Popen."""

    pid: int
    stderr: BinaryIO
    _ended: int  # a descriptor that is ready when it has ended
    _leash: socket.socket  # it ends when this is closed, or with this process

    def wait(self) -> None:
        """Let go of it; it must have been killed, or ends now."""
        self._leash.close()
        select.select([self._ended], [], [], SECONDS)
        os.close(self._ended)


class ForkServer:
    """Starts at once, in the sandbox "bwrap"; any process's jails use it that are given its `address`.

    Whether it works, `warm.try_out` says. Raises SandboxUnavailable where there is no bubblewrap.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        working_way()
        # A short path: the name of a Unix socket has at most 107 characters.
        self._folder = PrivateFolder("fork-server", "/tmp")
        self.address = self._folder.path / "socket"
        self._log = self._folder.path / "log"
        with socket.socket(socket.AF_UNIX) as listening, self._log.open("wb") as log:
            listening.bind(str(self.address))
            listening.listen(BACKLOG)
            self._process = subprocess.Popen(
                fork_server_command(listening.fileno(), limits or Limits.load()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=(listening.fileno(),),
            )

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def has_ended(self) -> bool:
        """Whether it has ended by itself, or was killed."""
        return self._process.poll() is not None

    def complaint(self) -> str:
        """The last line that it has written, or how it ended; "" where there is neither."""
        with contextlib.suppress(OSError):
            if lines := self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines():
                return lines[-1][:500]
        return f"exit status {self._process.returncode}" if self.has_ended else ""

    def close(self) -> None:
        """End it, and every worker that it has forked."""
        if self._process.poll() is None:
            kill_tree(self._process.pid)
            self._process.wait()
        self._folder.close()


def fork_worker(
    address: Path,
    wire: socket.socket,
    package: Mapping[str, bytes],
    limits: Limits,
    group: Group | None = None,
) -> Forked:
    """Have the fork server at `address` fork a worker that serves `wire` and holds the files of `package`.

    It enters `group` before it does anything. Raises NoForkServer when it does not serve.
    """
    seconds = limits.start_seconds  # it may be starting itself
    table, content = joined(package)
    order = {
        "limits": resources(limits, limits.processes),
        "user": jail_user(),
        "disk": limits.disk,
        "shared_memory": limits.shared_memory,
        "gpu": limits.gpu,
        "table": table,
        "content": torch.frombuffer(bytearray(content), dtype=torch.uint8) if content else torch.ByteTensor(),
    }
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    ended = -1
    try:
        with theirs, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(str(address))
            _, descriptors, _, _ = socket.recv_fds(line, 1, 1)
            ended = _one(descriptors)
            if group:
                group.add(number_of(ended))
            socket.send_fds(line, [b"+"], [wire.fileno(), theirs.fileno(), writing])
            send(line, "", order, Bounds(), time.monotonic() + seconds)
        return Forked(number_of(ended), os.fdopen(reading, "rb"), ended, ours)
    except (OSError, CannotCross) as error:
        for descriptor in (ours.detach(), reading, *([ended] if ended >= 0 else [])):
            os.close(descriptor)
        raise NoForkServer(f"the fork server does not answer: {error}") from None
    finally:
        os.close(writing)


def _one(descriptors: Sequence[int]) -> int:
    if len(descriptors) != 1:
        raise OSError("it has ended")
    return descriptors[0]
