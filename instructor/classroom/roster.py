"""A class list: any table of students, such as a gradebook that Canvas or Moodle exports."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from instructor.classroom.entries import Entry, Student
from instructor.classroom.table_file import read_table

COLUMNS = {
    "id": ("id", "identifier", "canvas id", "user id"),
    "number": ("sis user id", "id number", "student id", "sid", "number"),
    "login": ("sis login id", "username", "login", "login id"),
    "email": ("email address", "email", "e-mail"),
    "section": ("section", "group", "groups"),
}
POINTS = "Points Possible"  # Canvas's own second row
NAMES = ("student", "full name", "name")
FIRST, LAST = ("first name", "given name"), ("surname", "last name", "family name")


def read_roster(path: Path) -> list[Student]:
    """The students in a table. Raises ValueError with a sentence when it holds none."""
    rows = read_table(path)
    students = [student for student in map(_student, rows) if student.name not in ("", POINTS)]
    if not students:
        raise ValueError(
            f"{path.name} holds no students: it needs a column Student, Name or Full name "
            "(or First name and Last name)."
        )
    return students


def match(entries: Iterable[Entry], roster: list[Student]) -> tuple[list[Entry], list[Student]]:
    """The entries with what the roster knows of their students, and the students who handed in nothing."""
    places: dict[str, list[int]] = {}
    for place, student in enumerate(roster):
        for key in _keys(student):
            if place not in places.setdefault(key, []):
                places[key].append(place)
    seen: set[int] = set()
    matched = []
    for entry in entries:
        people = []
        for person in entry.students:
            place = next((places[key][0] for key in _keys(person) if len(places.get(key, ())) == 1), None)
            if place is None:
                people.append(person)
            else:
                seen.add(place)
                known = roster[place]
                people.append(replace(known, id=known.id or person.id))
        matched.append(replace(entry, students=tuple(people)))
    return matched, [student for place, student in enumerate(roster) if place not in seen]


def _student(row: dict[str, str]) -> Student:
    fields = {
        field: next((row[name].strip() for name in names if row.get(name)), "")
        for field, names in COLUMNS.items()
    }
    fields["id"] = re.sub(r"^\D*\s(\d+)$", r"\1", fields["id"])  # Moodle says: Participant 123
    name = next((row[name].strip() for name in NAMES if row.get(name)), "")
    if not name:
        parts = (next((row[part].strip() for part in each if row.get(part)), "") for each in (FIRST, LAST))
        name = " ".join(part for part in parts if part)
    return Student(name=name, **fields)


def _keys(student: Student) -> list[str]:
    """What a student may be known by, the surest first."""
    keys = [f"{kind} {value.casefold()}" for kind, value in (("id", student.id),) if value]
    for value in (student.number, student.login, student.email):
        if value:
            keys.append(f"any {value.casefold()}")
    words = _words(student.name)
    if len(words) == 1:  # a file's name may be a login or a number
        keys.append(f"any {student.name.strip().casefold()}")
    turned = words[1:] + words[:1]
    backwards = words[-1:] + words[:-1]
    for order in (words, turned, backwards):  # Canvas writes leeann for Lee, Ann
        keys.append("name " + "".join(order))
    return list(dict.fromkeys(keys))


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))
