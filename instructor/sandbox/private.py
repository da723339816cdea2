"""Temporary folders of a grader's own, which the next grader removes if this one is killed."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from pathlib import Path

from instructor.core.locks import take_lock
from instructor.sandbox.inside.folders import empty

NAME = re.compile(r"cs231n-(fillins|fork-server|home|notebook|package|verify)-[a-z0-9_]{8}")
OWNER = ".owner"  # locked for as long as the grader lives
BEGUN = ".begun"  # what it is called until it is locked: nobody sees an owner that is alive and unlocked
UNLOCKED = 60.0  # seconds for which a folder may be without a lock, because it is just being made


class PrivateFolder:
    """A new folder at `path` for a purpose of NAME; `close()` or the end of a `with` removes it.

    Whoever makes one first removes those of this user's graders that are dead, in the same place.
    """

    def __init__(self, purpose: str, place: str | None = None) -> None:
        place = place or tempfile.gettempdir()
        remove_dead(place)
        self._outer = tempfile.mkdtemp(prefix=f"cs231n-{purpose}-", dir=place)
        self._lock = _locked(begun := os.path.join(self._outer, BEGUN), os.O_CREAT)
        os.rename(begun, os.path.join(self._outer, OWNER))
        self.path = Path(self._outer, "in")
        self.path.mkdir(mode=0o700)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        if self._lock is not None:
            _remove(self._outer)
            os.close(self._lock)
            self._lock = None


def remove_dead(place: str) -> None:
    """Remove the private folders in `place` whose graders have ended without doing so."""
    for entry in os.scandir(place):
        with contextlib.suppress(OSError):
            state = entry.stat(follow_symlinks=False)
            if not NAME.fullmatch(entry.name) or state.st_uid != os.geteuid() or not entry.is_dir():
                continue
            lock = _locked(owner := os.path.join(entry.path, OWNER))
            if lock is not None:
                _remove(entry.path)
                os.close(lock)
            elif not os.path.exists(owner) and time.time() - state.st_mtime > UNLOCKED:
                _remove(entry.path)  # its grader was killed before it could lock it


def _locked(path: str, how: int = 0) -> int | None:
    """A descriptor that holds the lock of a file; None when another process holds it or there is none.

    Where the file system has no locks, a file that is made now counts as locked, and every older one as held
    by another: nobody can tell that its grader is dead.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | how, 0o600)
    except OSError:
        return None
    try:
        if take_lock(descriptor) or how & os.O_CREAT:
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def _remove(folder: str) -> None:
    """Remove a private folder, its lock last."""
    inner = os.path.join(folder, "in")
    with contextlib.suppress(OSError):
        empty(inner)
        os.rmdir(inner)
    with contextlib.suppress(OSError):
        empty(folder)
        os.rmdir(folder)
