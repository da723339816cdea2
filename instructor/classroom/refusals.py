"""What is no class although it is a folder of folders: sections, the folder above a class, data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from instructor.classroom.exports import METADATA, children
from instructor.classroom.uploads import read_names
from instructor.core.text import sanitize
from instructor.grading.handed_in import holds_files, promising
from instructor.grading.layout import COPIES, NOISE, IntakeError, copies
from instructor.grading.sources import open_source

SHOWN = 3


def refusal(path: Path, submissions: Sequence[Path]) -> str:
    """Why a folder whose submissions are of no platform's naming is no class; "" when it is one."""
    folders = [child for child in submissions if child.is_dir() and not child.is_symlink()]
    classes = {folder: _handed_in(folder) for folder in folders}
    certain = [folder for folder in folders if _is_export(folder) or classes[folder] > COPIES]
    likely = [folder for folder in folders if folder in certain or classes[folder] > 1]
    if certain or len(likely) * 2 > len(submissions):
        told = ", ".join(sanitize(folder.name, 80) for folder in likely[:SHOWN])
        more = f" and {len(likely) - SHOWN} more" if len(likely) > SHOWN else ""
        held = max(classes[folder] for folder in likely)
        return (
            f"{path.name} is no class, but a folder of classes or sections: {told}{more} (up to {held} "
            "submissions in one). Grade each by itself, or put all submissions into one folder. One "
            "student's work in several copies is graded with --one."
        )
    if not any(child.is_symlink() or promising(child) is not False for child in submissions):
        return (
            f"{path.name} is no class: none of the folders and zips in it holds a file with a "
            "student's code. Give the folder that holds all submissions."
        )
    return ""


def _is_export(folder: Path) -> bool:
    """Whether a platform's export of several students lies there."""
    found = _within(folder)
    people = {(each.platform, each.name, each.id, each.login) for each in read_names(found)}
    return len(people) > 1 or any(child.name == METADATA for child in found)


def _handed_in(folder: Path) -> int:
    """How many submissions are in a folder, however deep; 0 when it is one itself."""
    if any(child.name.lower() == "cs231n" for child in _within(folder)):
        return 0
    try:
        with open_source(folder, IntakeError) as source:
            coded = sum(bool(copy.modules) for copy in copies(source))
            zips = [name for name in source.names if name.lower().endswith(".zip") and not NOISE.search(name)]
    except IntakeError:
        return 0
    some = [folder / name for name in zips if name not in source.links][:COPIES]
    return coded or (len(zips) if any(holds_files(path) is not False for path in some) else 0)


def _within(folder: Path) -> list[Path]:
    try:
        return children(folder)
    except OSError:
        return []  # its own row says that it can't be read
