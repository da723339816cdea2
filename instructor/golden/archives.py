"""Ten small hostile archives, each of which takes another way through intake; all of them are inert.

Each function gets the files of an honest submission and returns the bytes of a zip, the same ones every time.
"""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterable

MODULE = "cs231n/simclr/contrastive_loss.py"
OTHER_MODULE = "cs231n/simclr/utils.py"
Files = dict[str, bytes]


def traversal(files: Files) -> bytes:
    """Paths that lead out of the folder that it is unpacked into."""
    return _zip([*files.items(), ("../../out", b"out"), ("..\\..\\out", b"out"), ("/out", b"out")])


def link(files: Files) -> bytes:
    """A symbolic link in the place of a module."""
    files[MODULE] = b"../../../answers/contrastive_loss.py"
    return _zip(files.items(), {MODULE: stat.S_IFLNK | 0o777})


def doubled(files: Files) -> bytes:
    """A module that stands in the archive twice."""
    return _zip([*files.items(), (MODULE, b"raise SystemExit\n")])


def encrypted(files: Files) -> bytes:
    """A module that says it needs a password."""
    return _with_headers(_zip(files.items()), MODULE, flags=1)


def declared_size(files: Files) -> bytes:
    """A module that says it has two gigabytes, another that says it has ten bytes."""
    data = _with_headers(_zip(files.items()), MODULE, size=2 << 30)
    return _with_headers(data, OTHER_MODULE, size=10)


def case_clash(files: Files) -> bytes:
    """A module under its name in other case only, and another under both."""
    text = files.pop(OTHER_MODULE)
    names = [(OTHER_MODULE.upper(), text), ("cs231n/simclr/Contrastive_Loss.py", b"raise SystemExit\n")]
    return _zip([*files.items(), *names])


def cut_off(files: Files) -> bytes:
    """An archive whose second half is missing."""
    data = _zip(files.items())
    return data[: len(data) // 2]


def nothing_wanted(files: Files) -> bytes:
    """An archive of other files."""
    return _zip([("essay.txt", b"words"), ("pictures/cat.jpg", b"\xff\xd8")])


def changed_given(files: Files) -> bytes:
    """Another given file, other files, a module changed after packing, broken Python, a broken notebook."""
    files[MODULE] += b"# changed after packing\n"
    files[OTHER_MODULE] = b"def train(:\n"
    files["notebooks/NetworkVisualization.ipynb"] = b'{"cells": 1}'
    more = {"cs231n/image_utils.py": b"# mine\n", "conftest.py": b"raise SystemExit\n", "<b>.txt": b"x"}
    return _zip([*files.items(), *more.items()])


def nested(files: Files) -> bytes:
    """An archive with nothing but an archive in it."""
    return _zip([("submission.zip", _zip(files.items()))])


HOSTILE: dict[str, Callable[[Files], bytes]] = {
    make.__name__: make
    for make in (
        traversal,
        link,
        doubled,
        encrypted,
        declared_size,
        case_clash,
        cut_off,
        nothing_wanted,
        changed_given,
        nested,
    )
}


def _zip(files: Iterable[tuple[str, bytes]], modes: dict[str, int] | None = None) -> bytes:
    """A zip without compression, whose bytes differ between machines, and without dates."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # of names that stand there twice
        for name, data in files:
            member = zipfile.ZipInfo("member")
            member.filename = name  # as it is: ZipInfo would tidy it
            member.create_system = 3
            member.external_attr = (modes or {}).get(name, stat.S_IFREG | 0o644) << 16
            archive.writestr(member, data)
    return buffer.getvalue()


def _with_headers(data: bytes, name: str, flags: int = 0, size: int | None = None) -> bytes:
    """The zip with other flags, or another size, in both headers of one member."""
    changed = bytearray(data)
    for mark, flags_at, size_at, name_at in ((b"PK\x03\x04", 6, 22, 30), (b"PK\x01\x02", 8, 24, 46)):
        at = data.find(mark)
        while data[at + name_at : at + name_at + len(name)] != name.encode():
            at = data.index(mark, at + 4)
        changed[at + flags_at] |= flags
        if size is not None:
            struct.pack_into("<I", changed, at + size_at, size)
    return bytes(changed)
