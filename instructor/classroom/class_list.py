"""A class list: any table of students, such as a gradebook that Canvas or Moodle exports."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from instructor.classroom.entries import Student
from instructor.classroom.sheets import PERSON, moodle_sheet
from instructor.classroom.table_file import read_table

COLUMNS = {
    "id": ("id", "identifier", "canvas id", "user id", "标识符", "编号"),
    "number": ("sis user id", "id number", "student id", "sid", "number", "orgdefinedid"),
    "login": ("github_username", "sis login id", "username", "login", "login id", "anmeldename", "用户名"),
    "email": ("email address", "email", "e-mail", "e-mail-adresse", "电子邮件地址", "电子邮箱", "邮箱地址"),
    "section": ("section", "group", "groups", "gruppe", "gruppen", "小组"),
    "handed_in": (
        "handed in",
        "submitted at",
        "submitted_at",
        "submission time",
        "submission date",
        "last modified (submission)",
        "zuletzt geändert (abgabe)",
        "最后修改(作业提交)",
        "time",
    ),
}
COLUMNS["number"] += ("id-nummer", "matrikelnummer", "学号", "id号")
POINTS = "Points Possible"  # Canvas's own second row
NAMES = ("student", "full name", "name", "vollständiger name", "全名", "姓名")
FIRST = ("first name", "given name", "vorname", "名")
LAST = ("surname", "last name", "family name", "nachname", "姓")


def read_roster(path: Path) -> list[Student]:
    """The students in a table. Raises ValueError with a sentence when it holds none."""
    rows = read_table(path)
    if sheet := moodle_sheet(path):
        column = sheet.header[sheet.places["id"]].strip().lower()
        rows = [row | {column: PERSON.sub(r"\g<number>", row[column].strip())} for row in rows]
    students = [student for student in map(_student, rows) if student.name not in ("", POINTS)]
    students = _once(students)
    if not students:
        raise ValueError(
            f"{path.name} holds no students: it needs a column Student, Name or Full name "
            "(or First name and Last name)."
        )
    return students


def _once(students: list[Student]) -> list[Student]:
    """The students, each once: who is listed in two groups is one, by an id and not by the name alone."""
    found: dict[object, Student] = {}
    for place, student in enumerate(students):
        alone = not (student.id or student.number or student.login or student.email)
        found.setdefault(place if alone else replace(student, section=""), student)
    return list(found.values())


def _student(row: dict[str, str]) -> Student:
    found = {
        field: next((row[name].strip() for name in names if row.get(name)), "")
        for field, names in COLUMNS.items()
    }
    if "github_username" in row:  # GitHub Classroom's: what the identifier is, the instructor chose
        found["id"], own = "", row.get("identifier", row.get("roster_identifier", "")).strip()
        kind = "email" if "@" in own else "number" if any(c.isdigit() for c in own) else ""
        found |= {kind: found[kind] or own} if kind else {}
        row = row | {"name": (row.get("name") if kind else "") or own}
    found["id"] = re.sub(r"^\D*\s(\d+)$", r"\1", found["id"])  # Moodle says: Participant 123
    found = {field: value.removeprefix("#") for field, value in found.items()}  # as D2L marks text
    name = next((row[name].strip() for name in NAMES if row.get(name)), "")
    if not name:
        parts = (next((row[part].strip() for part in each if row.get(part)), "") for each in (FIRST, LAST))
        name = " ".join(part for part in parts if part)
    return Student(name=name, **found)
