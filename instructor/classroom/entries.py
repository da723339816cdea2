"""What a class folder holds: its submissions and whose they are, in an export of a platform, too.

Every zip and every folder in a class folder is one submission. Names of files and folders are a stranger's
text: they are matched, cleaned and shown, and never lead anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from instructor.classroom.exports import (
    METADATA,
    MOODLE,
    children,
    inside,
    plain_name,
    several,
    short_hash,
    submitters,
    unwrapped,
)
from instructor.core.text import sanitize

CANVAS = re.compile(r"^(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_.+$", re.S)
ANONYMOUS = re.compile(r"^(?P<late>LATE_)?(?P<name>anon_(?P<id>[0-9A-Za-z]+))_(?P<file>\d+)_.+$", re.S)


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
    """The submissions of a class in the order of their names, the files that are none, and older uploads."""

    path: Path
    kind: str
    entries: list[Entry] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)


class ClassError(Exception):
    """A folder that is no class; the message is a sentence."""


def is_class(path: Path) -> bool:
    """A folder is a class unless it holds `cs231n/`, as a submission does."""
    return path.is_dir() and not (path / "cs231n").is_dir()


def read_class(path: Path) -> ClassFolder:
    """Find the submissions in a class folder. Raises ClassError when there is none."""
    try:
        path = unwrapped(path)
        found_there = children(path)
    except OSError as error:
        raise ClassError(f"{path.name} can't be read ({error.strerror or error}).") from None
    owners = _gradescope(path)
    found, others = [], []
    for child in found_there:
        entry = _entry(child, owners)
        if entry is not None:
            found.append(entry)
        elif child.name != METADATA:
            others.append(sanitize(child.name, 120))
    found, older = _newest(found)
    if not found:
        raise ClassError(
            f"{path.name} is no submission, because it holds no cs231n/, and no class, because there is "
            "neither a zip nor a folder in it. Give the folder that holds cs231n/, or the one that "
            "holds all submissions."
        )
    entries = [entry for _, _, entry in _unique(found, path)]
    return ClassFolder(path, _kind(found, owners), entries, others, older)


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
    path, problem = inside(child)
    if people := owners.get(child.name):
        own = people[0].number or people[0].email or child.name
        name = plain_name(" ".join(person.name for person in people), own)
        return "gradescope", 0, Entry(name, path, people, problem=problem)
    is_zip = child.is_file() and child.name.lower().endswith(".zip")
    if not (child.is_dir() or is_zip):
        return None
    if match := MOODLE.match(child.name):
        if match["kind"] == "onlinetext":
            return None
        person = Student(name=sanitize(match["name"], 120), id=match["id"])
        return "moodle", 0, Entry(plain_name(person.name, person.id), path, (person,), problem=problem)
    if is_zip and (match := ANONYMOUS.match(child.name) or CANVAS.match(child.name)):
        hidden = match.re is ANONYMOUS
        person = Student(name=sanitize(match["name"], 120), id="" if hidden else match["id"])
        name = plain_name(person.name, person.id)
        entry = Entry(name, path, (person,), late=bool(match["late"]), problem=problem)
        return "canvas", int(match["file"]), entry
    stem = child.name[:-4] if is_zip else child.name
    return "plain", 0, Entry(plain_name(stem), path, (Student(name=sanitize(stem, 120)),), problem=problem)


def _newest(found: list[tuple[str, int, Entry]]) -> tuple[list[tuple[str, int, Entry]], list[str]]:
    """Of several uploads of one person in Canvas the last, and the names of the others.

    Several zips of one person in Moodle are one submission, and a problem.
    """
    uploads: dict[object, list[tuple[str, int, Entry]]] = {}
    for kind, number, entry in found:
        person = entry.students[0]
        key = (kind, person.name, person.id) if kind in ("canvas", "moodle") else entry.path
        uploads.setdefault(key, []).append((kind, number, entry))
    kept, older = [], []
    for each in uploads.values():
        kind, number, entry = max(each, key=lambda upload: upload[1])
        if kind == "canvas":
            older += [sanitize(other.path.name, 120) for _, _, other in each if other is not entry]
        elif len(each) > 1:
            entry = replace(entry, problem=several(entry.students[0].name, len(each)))
        kept.append((kind, number, entry))
    return kept, older


def _unique(found: list[tuple[str, int, Entry]], folder: Path) -> list[tuple[str, int, Entry]]:
    """Give submissions of the same name, capitals aside, a hash of what is in the class folder behind it."""
    counts = Counter(entry.name.lower() for _, _, entry in found)
    taken, unique = set(), []
    for kind, number, entry in found:
        name, own = entry.name, short_hash(str(entry.path.relative_to(folder)))
        if counts[name.lower()] > 1 and name != entry.path.stem:
            name = f"{name}-{own}"
        while name.lower() in taken:
            name = f"{name}-{own}"
        taken.add(name.lower())
        unique.append((kind, number, replace(entry, name=name)))
    return sorted(unique, key=lambda each: each[2].name)


def _kind(found: list[tuple[str, int, Entry]], owners: dict) -> str:
    return "gradescope" if owners else Counter(kind for kind, _, _ in found).most_common(1)[0][0]
