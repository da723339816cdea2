"""Canaries: words that stand nowhere but beside the answers, and the search for them.

They are planted in a copy of the kit: in the reference, in other right answers, in the hidden checks, in the
grader's environment and home folder, and in a neighbour's submission. Whatever a student's side could write
is searched for each of them, also encoded, reversed, or as the numbers of a tensor.
"""

from __future__ import annotations

import base64
import codecs
import os
import secrets
import shutil
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from instructor.core.tasks import ROOT

COPIED = ("cs231n", "instructor", "notebooks", "tests", "pyproject.toml", "requirements.txt", "Makefile")
NAME = "answer_key"  # what the planted variable is called
STEM, LETTERS = "kanari", "bcdfghjklmnpqrstvwxz"
SEARCHED = 64 << 20  # bytes of one file that are searched


def word() -> str:
    """A canary: a stem that all have in common, and 24 random letters."""
    return STEM + "".join(secrets.choice(LETTERS) for _ in range(24))


def plant(folder: Path) -> dict[str, str]:
    """Copy the kit into `folder` with canaries among the answers; return each canary's place."""
    skip = shutil.ignore_patterns("__pycache__", "*.pyc", ".venv", "attacks", "tests")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=skip if name == "instructor" else None)
        elif source.is_file():
            shutil.copy(source, folder / name)
    shutil.copytree(ROOT / "instructor" / "attacks", folder / "instructor" / "attacks", ignore=skip)
    places: dict[str, str] = {}
    for pattern in ("instructor/fillins/*/*.py", "instructor/checks/test_*.py"):
        for path in sorted(folder.glob(pattern)):
            canary = word()
            places[canary] = str(path.relative_to(folder))
            with path.open("a", encoding="utf-8") as file:
                file.write(f'\n{NAME} = "{canary}"\n')
    return places


def found_in_bytes(data: bytes, canaries: Iterable[str]) -> set[str]:
    """The canaries that stand in `data`, in whatever form."""
    if not any(stem in data for stem in _stems()):
        return set()
    return {canary for canary in canaries if any(form in data for form in forms(canary))}


def found_in_tree(folder: Path, canaries: Iterable[str]) -> set[str]:
    """The canaries in the names and contents of everything below a folder, links not followed."""
    canaries = tuple(canaries)
    found: set[str] = set()
    for path in _files(folder):
        found |= found_in_bytes(str(path).encode("utf-8", "surrogateescape"), canaries)
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                found |= found_in_bytes(file.read(SEARCHED), canaries)
        except OSError:
            continue
    return found


@cache
def forms(canary: str) -> tuple[bytes, ...]:
    """A canary as text in several encodings, and as numbers of several types."""
    plain = canary.encode()
    texts = [plain, plain[::-1], plain.hex().encode(), plain.hex().upper().encode(), plain.upper()]
    texts += [canary.encode("utf-16-le"), canary.encode("utf-16-be"), codecs.encode(canary, "rot13").encode()]
    for shift in range(3):  # what base64 makes of it within a longer text
        encoded = base64.b64encode(b"\0" * shift + plain)
        texts.append(encoded[4 if shift else 0 : -4])
    numbers = [struct.pack(f"<{len(plain)}{kind}", *plain) for kind in "hiqfd"]
    return (*texts, *numbers)


@cache
def _stems() -> tuple[bytes, ...]:
    """What all canaries have in common, form by form: data without any of it needs no closer look."""
    found = []
    for same in zip(*(forms(STEM + 24 * letter) for letter in LETTERS), strict=True):
        start = os.path.commonprefix(same)  # noqa: RUF071 - they are no paths
        end = os.path.commonprefix([form[::-1] for form in same])[::-1]  # noqa: RUF071
        found.append(max(start, end, key=len))
    return tuple(found)


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder, without what is mounted there: a kit in /tmp is also in a jail's /tmp."""
    own = _device(folder)
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _device(Path(parent) / name) == own]
        for name in names:
            yield Path(parent) / name


def _device(folder: Path) -> int | None:
    try:
        return os.lstat(folder).st_dev
    except OSError:
        return None
