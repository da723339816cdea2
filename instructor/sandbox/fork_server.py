"""Warm workers for many jails: one process that has imported everything forks one for each submission.

What it forks is as shut off as a jail of bubblewrap of its own would be (`inside/nursery.py`), and a
submission's files reach it as bytes. Where that does not work, each jail starts its own worker.
"""

from __future__ import annotations

import io
import os
import select
import socket
import subprocess
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import torch

from instructor.sandbox.bubblewrap import jail_user, python_folders, working_way
from instructor.sandbox.inside.wire import Bounds, CannotCross, send
from instructor.sandbox.launch import nursery_command, resources
from instructor.sandbox.limits import Limits
from instructor.sandbox.private import PrivateFolder
from instructor.sandbox.watch import kill_tree

SECONDS = 30.0  # until a worker that was killed is gone
BACKLOG = 128

_address: list[Path] = []  # of the nursery that this process's jails are to use


class NoNursery(RuntimeError):  # noqa: N818
    """No worker can be forked; the message says why."""


@dataclass
class Forked:
    """A worker that a nursery has forked; what `Jail` needs of a Popen."""

    pid: int
    stderr: BinaryIO
    _ended: int  # a descriptor that is ready when it has ended
    _leash: socket.socket  # it ends when this is closed, or with this process

    def wait(self) -> None:
        """Let go of it; it must have been killed, or ends now."""
        self._leash.close()
        select.select([self._ended], [], [], SECONDS)
        os.close(self._ended)


class Nursery:
    """Starts at once, in the sandbox "bwrap". Jails of a process use it after `use(nursery.address)`.

    Raises NoNursery where it cannot work, and SandboxUnavailable where there is no bubblewrap.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        if inside := [folder for folder in python_folders() if Path(folder).is_relative_to("/tmp")]:
            raise NoNursery(f"Python is in {inside[0]}, which a worker's own /tmp would hide")
        working_way()
        # A short path: the name of a Unix socket has at most 107 characters.
        self._folder = PrivateFolder("nursery", "/tmp")
        self.address = self._folder.path / "socket"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.address))
            listening.listen(BACKLOG)
            self._process = subprocess.Popen(
                nursery_command(listening.fileno(), limits or Limits()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(listening.fileno(),),
            )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, and every worker that it has forked."""
        if self._process.poll() is None:
            kill_tree(self._process.pid)
            self._process.wait()
        self._folder.close()


def use(address: Path | None) -> None:
    """Let the jails of this process take their workers from the nursery at `address`; None: from none."""
    _address[:] = [] if address is None else [address]


def used() -> Path | None:
    """The nursery that the jails of this process use."""
    return _address[0] if _address else None


def fork_worker(address: Path, wire: socket.socket, folder: Path, limits: Limits) -> Forked:
    """Have the nursery at `address` fork a worker that serves `wire` and holds the files of `folder`.

    Raises NoNursery when it does not.
    """
    seconds = limits.start_seconds  # it may be starting itself
    order = {
        "limits": resources(limits, limits.processes),
        "user": jail_user(),
        "disk": limits.disk,
        "shared_memory": limits.shared_memory,
        "files": torch.frombuffer(bytearray(_packed(folder)), dtype=torch.uint8),
    }
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    try:
        with theirs, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(str(address))
            socket.send_fds(line, [b"+"], [wire.fileno(), theirs.fileno(), writing])
            send(line, "", order, Bounds(), time.monotonic() + seconds)
            line.settimeout(seconds)
            _, descriptors, _, _ = socket.recv_fds(line, 1, 1)
            ended = _one(descriptors)
        return Forked(_pid(ended), os.fdopen(reading, "rb"), ended, ours)
    except (OSError, CannotCross) as error:
        ours.close()
        os.close(reading)
        raise NoNursery(f"the nursery does not answer: {error}") from None
    finally:
        os.close(writing)


def _packed(folder: Path) -> bytes:
    """The files of a folder as a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
    return packed.getvalue()


def _one(descriptors: Sequence[int]) -> int:
    if len(descriptors) != 1:
        raise OSError("it has ended")
    return descriptors[0]


def _pid(descriptor: int) -> int:
    """The number, here, of the process of a descriptor."""
    lines = Path(f"/proc/self/fdinfo/{descriptor}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))
