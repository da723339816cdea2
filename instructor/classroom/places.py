"""Where in a folder the submissions are, and where in a student's folder the one that counts."""

from __future__ import annotations

import re
from pathlib import Path

from instructor.classroom.gradescope_export import METADATA
from instructor.core.text import clean

MOODLE = re.compile(r"^(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)", re.S)
PASSED_OVER = re.compile(r"^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)")


def unwrapped(path: Path) -> Path:
    """The class itself, where an export was unpacked into a folder of its own."""
    found = children(path)
    if len(found) != 1 or not found[0].is_dir() or found[0].is_symlink():
        return path
    (only,) = found
    if MOODLE.match(only.name) or (only / "cs231n").is_dir():
        return path
    names = [child.name for child in children(only)]
    handed_in = [name for name in names if name.lower().endswith(".zip") or MOODLE.match(name)]
    return only if METADATA in names or len(handed_in) > 1 else path


def children(path: Path) -> list[Path]:
    """What is in a folder, without what systems leave there."""
    return sorted(
        (child for child in path.iterdir() if not PASSED_OVER.match(child.name)), key=lambda child: child.name
    )


def inside(path: Path) -> tuple[Path, str]:
    """The submission in a student's folder: itself, or the one zip in it, two folders down at most."""
    if path.is_symlink():
        return path, f"{clean(path.name, 120)} is a link, not a submission."
    levels = ("", "*/", "*/*/")
    if not path.is_dir() or any(found.is_dir() for level in levels for found in path.glob(f"{level}cs231n")):
        return path, ""
    for level in levels:
        zips = [child for child in path.glob(f"{level}*.[zZ][iI][pP]") if _is_meant(child.relative_to(path))]
        if len(zips) > 1:
            return path, several(path.name, len(zips))
        if zips:
            return zips[0], ""
    return path, ""


def _is_meant(name: Path) -> bool:
    return not any(PASSED_OVER.match(part) for part in name.parts)


def several(name: str, count: int) -> str:
    """The sentence on a student with several zips."""
    return f"{clean(name, 120)} holds {count} zips: keep the one that is to be graded."
