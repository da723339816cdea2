"""What a process in a jail can reach, tried out by the kit's own code: `python -m instructor doctor`."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

CHUNK = 4 << 20
LIBC = ctypes.CDLL(None, use_errno=True)
WAIT_NOT, IN_CREATE = 0o4000, 0x100  # IPC_NOWAIT of <sys/msg.h>, and one of <sys/inotify.h>


def answer(questions: dict) -> dict:
    """Try to reach what `questions` names, or with `exceed` to use more than a limit allows.

    Returns for each name whether it was reached; for `exceed` what the system said when it was enough.
    """
    if "exceed" in questions:
        return {"said": _exceed(questions["exceed"], questions["folder"], questions["limit"])}
    home = questions["home"]
    descriptors = [int(name) for name in _names("/proc/self/fd")] or range(3, 256)
    tries: dict[str, Callable[[], object]] = {
        "network": lambda: _reach(questions["port"]),
        "datagrams": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
            b"x", ("127.0.0.1", questions["port"])
        ),
        "sockets": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
        "messages": lambda: _require(
            LIBC.msgrcv(questions["queue"], ctypes.create_string_buffer(64), 8, 0, WAIT_NOT)
        ),
        "watching": lambda: _require(LIBC.inotify_add_watch(LIBC.inotify_init1(0), b"/", IN_CREATE)),
        "score": _be_spared,
        "home": lambda: os.listdir(home) if os.path.isdir(home) else Path(home).read_bytes(),
        "kit": lambda: Path(questions["kit"]).read_bytes(),
        "neighbour": lambda: Path(questions["neighbour"]).read_bytes(),
        "signal": lambda: os.kill(questions["pid"], 0),
        "sight": lambda: Path(f"/proc/{questions['pid']}/cmdline").read_bytes(),
        "variable": lambda: os.environ[questions["variable"]],
        "package": lambda: Path(questions["package"], "x").write_text("x"),
        "outside": lambda: Path(questions["outside"], "x").write_text("x"),
        "descriptor": lambda: next(n for n in descriptors if n > 2 and _is_file(n, questions["inode"])),
        "folder": lambda: Path(questions["folder"], "x").write_text("x"),
    }
    return {name: _works(reach) for name, reach in tries.items()}


def _require(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


def _read_message(queue: int) -> None:
    _require(LIBC.msgrcv(queue, ctypes.create_string_buffer(64), 8, 0, WAIT_NOT))


def _be_spared() -> None:
    """Make the kernel end others first."""
    path = Path("/proc/self/oom_score_adj")
    path.write_text("0")
    if path.read_text() != "0\n":
        raise OSError("it is as before")


def _works(reach: Callable[[], object]) -> bool:
    try:
        reach()
    except (OSError, KeyError, StopIteration):
        return False
    return True


def _reach(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), 2).close()


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _is_file(descriptor: int, inode: int) -> bool:
    try:
        return os.fstat(descriptor).st_ino == inode
    except OSError:
        return False


def _exceed(what: str, folder: str, limit: int) -> str:
    """Use up to twice the limit and wait; the error that came instead, if one did."""
    held: list = []
    try:
        if what == "memory":
            held += [b"x" * CHUNK for _ in range(2 * limit // CHUNK)]
        elif what == "processes":
            for _ in range(2 * limit):
                if not os.fork():
                    time.sleep(60)
        elif what == "open files":
            held += [os.open(os.devnull, os.O_RDONLY) for _ in range(2 * limit)]
        elif what == "files":
            for number in range(2 * limit):
                Path(folder, str(number)).touch()
        elif what == "processor time":
            while time.process_time() < 2 * limit + 10:
                pass
        else:  # disk or /dev/shm
            for number in range(2 * limit // CHUNK):
                Path(folder, str(number)).write_bytes(bytes(CHUNK))
        time.sleep(2)
    except OSError as error:
        with contextlib.suppress(OSError):
            held.clear()
        return str(error.strerror)
    return ""
