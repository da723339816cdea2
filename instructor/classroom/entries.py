"""What a class folder holds: its submissions and whose they are, in an export of a platform, too.

Every zip and every folder in a class folder is one submission. Names of files and folders are a stranger's
text: they are matched, cleaned and shown, and never lead anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from instructor.classroom.gradescope_export import METADATA, submitters
from instructor.text import clean

MOODLE = re.compile(r"^(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)", re.S)
CANVAS = re.compile(r"^(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<rest>.+)$", re.S)
PASSED_OVER = re.compile(r"^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True)
class Student:
    """A person, as far as an export or a roster knows one; `id` is the learning platform's own number."""

    name: str = ""
    id: str = ""
    number: str = ""  # the school's number of the student
    login: str = ""
    email: str = ""
    section: str = ""


@dataclass(frozen=True)
class Entry:
    """One submission: a name for its results, unique in the class, where it is, and whose it is.

    `problem` is a sentence where there is nothing to read.
    """

    name: str
    path: Path
    students: tuple[Student, ...]
    late: bool = False
    problem: str = ""


@dataclass
class ClassFolder:
    """The submissions of a class in the order of their names, and the files that are none."""

    path: Path
    kind: str
    entries: list[Entry] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class ClassError(Exception):
    """A folder that is no class; the message is a sentence."""


def is_class(path: Path) -> bool:
    """A folder is a class unless it holds `cs231n/`, as a submission does."""
    return path.is_dir() and not (path / "cs231n").is_dir()


def read_class(path: Path) -> ClassFolder:
    """Find the submissions in a class folder. Raises ClassError when there is none."""
    try:
        children = sorted(
            (child for child in path.iterdir() if not PASSED_OVER.match(child.name)),
            key=lambda child: child.name,
        )
    except OSError as error:
        raise ClassError(f"{path.name} can't be read ({error.strerror or error}).") from None
    owners = _gradescope(path)
    found, others = [], []
    for child in children:
        entry = _entry(child, owners)
        if entry is not None:
            found.append(entry)
        elif child.name != METADATA:
            others.append(clean(child.name, 120))
    found = _newest(found)
    if not found:
        raise ClassError(
            f"{path.name} is no submission, because it holds no cs231n/, and no class, because there is "
            "neither a zip nor a folder in it. Give the folder that holds cs231n/, or the one that "
            "holds all submissions."
        )
    return ClassFolder(path, _kind(found, owners), [entry for _, _, entry in _unique(found)], others)


def _gradescope(path: Path) -> dict[str, tuple[Student, ...]]:
    try:
        people = submitters(path)
    except ValueError as error:
        raise ClassError(str(error)) from None
    return {
        folder: tuple(
            Student(name=person["name"], number=person["sid"], email=person["email"]) for person in each
        )
        for folder, each in people.items()
    }


def _entry(child: Path, owners: dict[str, tuple[Student, ...]]) -> tuple[str, int, Entry] | None:
    """How the submission is known, its number among a student's uploads, and the submission."""
    if child.name in owners:
        path, problem = _inside(child)
        people = owners[child.name]
        name = _plain(" ".join(person.name for person in people) or child.name)
        return "gradescope", 0, Entry(name, path, people, problem=problem)
    is_zip = child.is_file() and child.name.lower().endswith(".zip")
    if match := MOODLE.match(child.name):
        if match["kind"] == "onlinetext" or not (child.is_dir() or is_zip):
            return None
        person = Student(name=clean(match["name"], 120), id=match["id"])
        path, problem = _inside(child)
        return "moodle", 0, Entry(_plain(match["name"]), path, (person,), problem=problem)
    if is_zip and (match := CANVAS.match(child.name)):
        person = Student(name=clean(match["name"], 120), id=match["id"])
        entry = Entry(_plain(match["name"]), child, (person,), late=bool(match["late"]))
        return "canvas", int(match["file"]), entry
    if child.is_dir() or is_zip:
        path, problem = _inside(child)
        name = _plain(child.name[:-4] if is_zip else child.name)
        return "plain", 0, Entry(name, path, (Student(name=clean(name, 120)),), problem=problem)
    return None


def _inside(path: Path) -> tuple[Path, str]:
    """The submission in a student's folder: itself, or the one zip that it holds."""
    if path.is_symlink():
        return path, f"{clean(path.name, 120)} is a link, not a submission."
    if not path.is_dir() or (path / "cs231n").is_dir():
        return path, ""
    zips = sorted(child for child in path.glob("*.[zZ][iI][pP]") if not PASSED_OVER.match(child.name))
    if len(zips) > 1:
        return path, f"{clean(path.name, 120)} holds {len(zips)} zips: keep the one that is to be graded."
    return (zips[0] if zips else path), ""


def _newest(found: list[tuple[str, int, Entry]]) -> list[tuple[str, int, Entry]]:
    """Of several uploads of one person in Canvas, the last."""
    last: dict[tuple[str, str], tuple[str, int, Entry]] = {}
    for each in found:
        kind, number, entry = each
        key = (kind, entry.students[0].id if kind == "canvas" else str(entry.path))
        if key not in last or number > last[key][1]:
            last[key] = each
    return list(last.values())


def _unique(found: list[tuple[str, int, Entry]]) -> list[tuple[str, int, Entry]]:
    """Give submissions of the same name, capitals aside, a number or the platform's id behind it."""
    counts = Counter(entry.name.lower() for _, _, entry in found)
    taken: set[str] = {name for name, count in counts.items() if count == 1}
    unique = []
    for kind, number, entry in found:
        name = entry.name
        if counts[name.lower()] > 1:
            wanted = f"{name}-{entry.students[0].id}" if entry.students[0].id else name
            name, k = wanted, 1
            while name.lower() in taken:
                k += 1
                name = f"{wanted}-{k}"
            taken.add(name.lower())
        unique.append((kind, number, Entry(name, entry.path, entry.students, entry.late, entry.problem)))
    return sorted(unique, key=lambda each: each[2].name)


def _kind(found: list[tuple[str, int, Entry]], owners: dict) -> str:
    return "gradescope" if owners else Counter(kind for kind, _, _ in found).most_common(1)[0][0]


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-")[:80] or "submission"
