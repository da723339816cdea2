"""Reading single files out of an archive or a folder, in bounded time and memory, whatever else is there."""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

MIB = 1 << 20
ARCHIVE_BYTES = 256 * MIB
MEMBERS = 20_000
FILE_BYTES = {".py": MIB // 4, ".ipynb": 64 * MIB}  # any other: 1 MiB; to parse Python takes 1,000 times that
DEPTH = 12  # folders below a folder that is handed in
END_OF_DIRECTORY = b"PK\x05\x06"
END = 22 + 65_535  # bytes of the last record, with the longest comment
LOCATOR = 20  # bytes of the record before it in the format for huge archives, which may say other numbers
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Source(AbstractContextManager):
    """Names of files, and their bytes on demand.

    `names` maps each usable name to its number of occurrences; `links` are those of them that are links,
    `folders` the folders of a folder; `remarks` are sentences on the rest.
    """

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.links: list[str] = []
        self.folders: list[str] = []
        self.remarks: list[str] = []

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises FileNotFoundError, or ValueError with the end of a sentence."""
        raise NotImplementedError

    def __exit__(self, *_: object) -> None:
        pass


def open_source(path: Path, error: type[Exception]) -> Source:
    """The source at `path`; raises `error` with a sentence when it is no folder and no sound archive."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _Folder(path)
        if not stat.S_ISREG(mode):
            raise error(f"{path.name} is neither a file nor a folder.")
        return _Archive(path)
    except FileNotFoundError:
        raise error(f"There is no {path}.") from None
    except OSError as problem:
        raise error(f"{path.name} can't be read ({problem.strerror or problem}).") from None
    except (zipfile.BadZipFile, ValueError) as problem:
        raise error(f"{path.name} {problem}.") from None


class _Archive(Source):
    def __init__(self, path: Path) -> None:
        super().__init__()
        _look_at_end(path)
        try:
            self._archive = zipfile.ZipFile(path)
        except Exception:  # of many types: it reads what a stranger wrote
            raise ValueError(
                "is damaged or is not a complete zip archive; pack and upload it again"
            ) from None
        if len(self._archive.infolist()) > MEMBERS:  # its end may have said otherwise
            self._archive.close()
            raise ValueError(f"holds more than {MEMBERS:,} files")
        self._members: dict[str, zipfile.ZipInfo] = {}
        unsafe = 0
        for member in self._archive.infolist():
            name = safe_name(member.orig_filename)
            if name is None:
                unsafe += 1
            elif not name.endswith("/"):
                self.names[name] = self.names.get(name, 0) + 1
                self._members[name] = member
                if stat.S_ISLNK(member.external_attr >> 16):
                    self.links.append(name)
        if unsafe:
            told = "1 entry was" if unsafe == 1 else f"{unsafe} entries were"
            self.remarks.append(f"{told} ignored: such paths lead out of the archive.")

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def read(self, name: str) -> bytes:
        if name not in self._members:
            raise FileNotFoundError(name)
        member, limit = self._members[name], _limit(name)
        mode = member.external_attr >> 16
        if self.names[name] > 1:
            raise ValueError("stands in the archive more than once; pack it again")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise ValueError("is a link or a special file, not a file of its own")
        if member.flag_bits & 0x1:
            raise ValueError("is encrypted; pack it without a password")
        if member.compress_type not in PLAIN:
            raise ValueError("is compressed in an unusual way; pack it as an ordinary zip")
        if member.file_size > limit:
            raise ValueError(f"is larger than {_size(limit)}")
        try:
            with self._archive.open(member) as file:
                data = file.read(limit + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):
            raise ValueError("is damaged in the archive") from None
        if len(data) > limit:
            raise ValueError(f"is larger than {_size(limit)}")
        return data


class _Folder(Source):
    """A folder, read without following a single link below it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path, self._left = path, MEMBERS
        self._walk(path, "", DEPTH)
        if not self._left:
            self.remarks.append(f"Only the first {MEMBERS:,} files and folders were looked at.")

    def _walk(self, folder: Path, prefix: str, depth: int) -> None:
        """Note the files below a folder, the nearest first."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(islice(found, self._left), key=lambda entry: entry.name)
        except OSError:
            return
        self._left -= len(entries)
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                self.folders.append(name)
            elif safe_name(name):
                self.names[name] = 1
                self.links += [name] if entry.is_symlink() else []
        for entry in entries:
            hidden = entry.name.startswith(".") or entry.name in ("__pycache__", "node_modules")
            if depth and not hidden and entry.is_dir(follow_symlinks=False):
                self._walk(Path(entry.path), f"{prefix}{entry.name}/", depth - 1)

    def read(self, name: str) -> bytes:
        *parents, last = name.split("/")
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        opened = []
        try:
            folder = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            opened.append(folder)
            for parent in parents:
                folder = os.open(parent, flags | os.O_DIRECTORY, dir_fd=folder)
                opened.append(folder)
            file = os.open(last, flags, dir_fd=folder)
            opened.append(file)
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise ValueError("is a link or a special file, not a file of its own")
            limit = _limit(name)
            with os.fdopen(os.dup(file), "rb") as stream:
                data = stream.read(limit + 1)
        except FileNotFoundError:
            raise
        except OSError as error:
            if name in self.names and os.path.islink(self._path / name):
                raise ValueError("is a link or a special file, not a file of its own") from None
            raise ValueError(f"can't be read ({error.strerror})") from None
        finally:
            for descriptor in opened:
                os.close(descriptor)
        if len(data) > limit:
            raise ValueError(f"is larger than {_size(limit)}")
        return data


def safe_name(name: str) -> str | None:
    """The name of a member with plain slashes, or None when it leads out of the archive or is no name."""
    name = name.replace("\\", "/")
    if not name or len(name) > 500 or name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return None
    if any(ord(c) < 32 or "\ud800" <= c <= "\udfff" for c in name):
        return None
    parts = name.split("/")
    if ".." in parts:
        return None
    return "/".join(part for part in parts if part not in ("", ".")) + ("/" if name.endswith("/") else "")


def _limit(name: str) -> int:
    return FILE_BYTES.get(os.path.splitext(name)[1], MIB)


def _size(limit: int) -> str:
    return f"{limit // MIB} MiB" if limit >= MIB else f"{limit // 1024} KiB"


def _look_at_end(path: Path) -> None:
    """Refuse, before its table of contents is read, an archive that is too large or not one at all."""
    size = path.stat().st_size
    if size == 0:
        raise ValueError("is an empty file")
    if size > ARCHIVE_BYTES:
        raise ValueError(f"is larger than {ARCHIVE_BYTES // MIB} MiB")
    with open(path, "rb") as file:
        file.seek(max(0, size - END - LOCATOR))
        tail = file.read()
    at = tail.rfind(END_OF_DIRECTORY)
    if at < 0 or len(tail) < at + 22:
        raise ValueError("is not a zip archive or is not complete; pack and upload it again")
    members, directory = struct.unpack_from("<HI", tail, at + 10)
    if b"PK\x06\x07" in tail[max(0, at - LOCATOR) : at] or members > MEMBERS or directory > MEMBERS * 200:
        raise ValueError(f"holds more than {MEMBERS:,} files, or is in the format for huge archives")
