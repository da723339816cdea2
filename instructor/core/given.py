"""What students receive: the one list, `student_files.txt`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from instructor.core.tasks import ROOT

LIST = ROOT / "instructor" / "release" / "student_files.txt"
PATTERN = set("*?[]")


class ListError(ValueError):
    """A list that can't be followed; the message is a sentence."""


def student_files(path: Path = LIST) -> dict[str, str]:
    """Each member's name and the file of this repository it is a copy of, in the order of the list.

    Raises ListError for a pattern, a path that leads elsewhere, or a member that is listed twice.
    """
    files: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not (entry := line.partition("#")[0].strip()):
            continue
        member, _, source = (part.strip() for part in entry.partition("<"))
        for name in (member, source or member):
            parts = name.split("/")
            if PATTERN & set(name) or name.startswith("/") or {"", ".", ".."} & set(parts):
                raise ListError(f"{path.name}, line {number}: {name!r} is not the plain name of one file.")
        if member.split("/")[0] == "instructor":
            raise ListError(f"{path.name}, line {number}: nothing of instructor/ is given to students.")
        if member in files:
            raise ListError(f"{path.name}, line {number}: {member} is listed twice.")
        files[member] = source or member
    return files


@cache
def given_files() -> dict[str, str]:
    """What the kit's own list names, as `student_files` tells it."""
    return student_files()
