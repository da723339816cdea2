"""Writing a file so that whoever reads it finds the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import psutil


def write_atomically(path: Path, text: str) -> None:
    """Write `text` as UTF-8 beside `path` and put it in its place once it is on disk."""
    write_bytes_atomically(path, text.encode("utf-8"))


def write_bytes_atomically(path: Path, data: bytes) -> None:
    """Write `data` beside `path` and put it in its place once it is on disk.

    What a killed process began to write there is removed.
    """
    for left in path.parent.glob(f".{path.name}.*.part*"):
        writer = left.name.split(".")[-2]
        if not (writer.isdigit() and psutil.pid_exists(int(writer))):
            left.unlink(missing_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
