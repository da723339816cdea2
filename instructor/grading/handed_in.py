"""What of a folder is to be read, itself or the zip in it, and whether it holds a student's code.

A class and a single submission find it in this one way; no link is ever followed.
"""

from __future__ import annotations

from pathlib import Path

from instructor.core.text import sanitize
from instructor.grading.layout import NOISE, IntakeError, copies
from instructor.grading.sources import Source, open_source

ZIPS = 20  # of so many zips in a folder it is looked which one is meant


def located(path: Path) -> tuple[Path, list[str]]:
    """What to read in a student's folder: itself, or the one zip in it, and what is to be said of others.

    Raises IntakeError when there are several, or only a link to one.
    """
    if not path.is_dir():
        return path, []
    with open_source(path, IntakeError) as source:
        if _holds_package(source) or any(copy.modules for copy in copies(source)):
            return path, []
        zips = [name for name in source.names if name.lower().endswith(".zip") and not NOISE.search(name)]
        linked = [name for name in zips if name in source.links]
    nearest = min((name.count("/") for name in zips if name not in linked), default=3)
    zips = [name for name in zips if name not in linked and name.count("/") == nearest <= 2]
    if linked and not zips:
        raise IntakeError(f"{sanitize(linked[0], 120)} is a link, not a submission.")
    left = [f"{sanitize(name, 120)} is a link, and was left alone." for name in linked]
    if len(zips) > 1:
        holding = [name for name in zips[:ZIPS] if holds_files(path / name) is not False]
        if len(holding) > 1 or len(zips) > ZIPS:
            raise IntakeError(several(path.name, len(zips)))
        left += [
            f"{sanitize(name, 120)} holds none of the files, and was left alone."
            for name in zips
            if name not in holding
        ]
        zips = holding
    return (path / zips[0], left) if zips else (path, [])


def several(name: str, count: int) -> str:
    """The sentence on a student with several zips."""
    return f"{sanitize(name, 120)} holds {count} zips: keep the one that is to be graded."


def holds_files(path: Path) -> bool | None:
    """Whether a zip or folder holds a student's code; None when it can't be read."""
    try:
        with open_source(path, IntakeError) as source:
            return _holds_package(source) or any(copy.modules for copy in copies(source))
    except IntakeError:
        return None


def is_flat(path: Path) -> bool:
    """Whether the files lie in a folder itself, without the kit's folders."""
    try:
        with open_source(path, IntakeError) as source:
            return any(copy.modules and not copy.root for copy in copies(source))
    except IntakeError:
        return False


def promising(path: Path) -> bool | None:
    """Whether what `located` finds holds a student's code; None when it can't be read."""
    try:
        path, _ = located(path)
    except IntakeError:
        return None
    return holds_files(path)


def _holds_package(source: Source) -> bool:
    """Whether a folder holds `cs231n/`, at most two folders down."""
    return any(
        folder.count("/") <= 2 and folder.rpartition("/")[2].lower() == "cs231n" for folder in source.folders
    )
