"""A jail's folders: the files that are laid down there, and deleting what a student's code has left."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Lay files down by their paths, for everybody to read. Raises ValueError for a path that leads out."""
    for name, data in files.items():
        if name.startswith("/") or ".." in name.split("/"):
            raise ValueError(f"{name!r} leads out of its folder")
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)


def read_files(folder: Path) -> dict[str, bytes]:
    """The files below a folder by their paths in it; links are left out."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def joined(files: Mapping[str, bytes]) -> tuple[list[list], bytes]:
    """Files as a table of their names and sizes, and all their bytes one after another."""
    return [[name, len(data)] for name, data in files.items()], b"".join(files.values())


def parted(table: Sequence[Sequence], content: bytes) -> dict[str, bytes]:
    """The files that `joined` put together. Raises ValueError when the sizes are not those of the content."""
    files, start = {}, 0
    for name, size in table:
        files[name] = content[start : start + size]
        start += size
    if start != len(content):
        raise ValueError(f"the files are of {start:,} bytes, and {len(content):,} came")
    return files


def empty(folder: str) -> None:
    """Delete all that is in a folder, however deep, shut folders included, but for what is mounted there."""
    device, doomed = os.stat(folder).st_dev, [folder]
    for inner in doomed:  # grows on the way
        for entry in list(os.scandir(inner)):
            with contextlib.suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                elif entry.stat(follow_symlinks=False).st_dev == device:
                    os.chmod(entry.path, 0o700)
                    raised = f"{folder}/{secrets.token_hex(8)}"  # a path that stays short
                    os.rename(entry.path, raised)
                    doomed.append(raised)
    for inner in doomed[1:]:
        with contextlib.suppress(OSError):
            os.rmdir(inner)


def as_it_was(folder: str, mode: int) -> None:
    """Empty a private folder, and take from itself what could tell the next process something of the last.

    It is made anew; of a mount the mode, the attributes and the times are set back. Who does not own it can
    set the times to now only, and whoever lived in it could not set them at all.
    """
    with contextlib.suppress(OSError):
        os.chmod(folder, mode)
    empty(folder)
    try:
        os.rmdir(folder)
    except OSError:
        with contextlib.suppress(OSError):
            for name in os.listxattr(folder):
                os.removexattr(folder, name)
    else:
        os.mkdir(folder)
        os.chmod(folder, mode)
    try:
        os.utime(folder, (0, 0))
    except PermissionError:
        with contextlib.suppress(OSError):
            os.utime(folder)
