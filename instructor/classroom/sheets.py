"""A platform's own table, given as the roster, whose words are kept in the table that is written back.

Moodle compares the headers of an import with the strings of the site's language, and Canvas knows an
assignment by a column's header, number and all. So both are written as they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from instructor.classroom.table_file import AsRead, read_cells

# What Moodle calls the columns of its grading worksheet, in lower case: English, German, Chinese.
MOODLE = {
    "id": ("identifier", "id", "标识符", "编号"),
    "grade": ("grade", "bewertung", "成绩", "分数", "评分"),
    "maximum": ("maximum grade", "bestwertung", "最高分", "最高成绩"),
    "modified": (
        "last modified (grade)",
        "zuletzt geändert (bewertung)",
        "上次修改（评分）",
        "最后修改（评分）",
        "最后修改（成绩）",
        "最后修改（教师）",
    ),
}
FEEDBACK = ("feedback", "反馈", "评语")  # one of these is in the header of the column of comments
PERSON = re.compile(r"^\D*(?P<number>\d+)$")  # Participant 123, Teilnehmer/in123, 参与者123
NOTHING = ("-", "–")  # so the worksheet says that there is none
CANVAS = ("student", "id")
ASSIGNMENT = re.compile(r"^(?P<name>.+?)\s*\((?P<number>\d+)\)$")


@dataclass(frozen=True)
class Sheet:
    """A grading worksheet of Moodle: its header, and its rows by the participant's number.

    `places` says which column is which, of `MOODLE` and `comment`.
    """

    header: list[str]
    rows: dict[str, list[str]]
    places: dict[str, int]

    def filled(self, known: Mapping[str, tuple[float | None, str]]) -> Iterator[list[object]]:
        """The rows of the participants in `known`, each with the grade and the comment that stand there."""
        for number, cells in self.rows.items():
            if number not in known:
                continue
            row: list[object] = [AsRead(cell) if cell in NOTHING else cell for cell in cells]
            row[self.places["grade"]], comment = known[number]
            if "comment" in self.places:
                row[self.places["comment"]] = comment
            yield row

    def maximum(self) -> float | None:
        """The points of the assignment in Moodle; None where the worksheet does not tell."""
        place = self.places.get("maximum")
        told = {row[place].strip() for row in self.rows.values()} if place is not None else set()
        found = re.fullmatch(r"(\d+)(?:[.,](\d+))?", told.pop()) if len(told) == 1 else None
        return float(f"{found[1]}.{found[2] or 0}") if found else None


@dataclass(frozen=True)
class Columns:
    """Canvas's name of the assignment and Moodle's worksheet, and what is doubtful about them."""

    assignment: str = ""
    sheet: Sheet | None = None
    doubts: list[str] = field(default_factory=list)


def columns_of(roster: Path | None, assignment: str, title: str, points: int) -> Columns:
    """What the roster and `--assignment` say of the tables to import, for a class called `title`.

    Raises ValueError with a sentence when Canvas's own gradebook has no such assignment.
    """
    sheet = moodle_sheet(roster) if roster else None
    known = canvas_assignments(roster) if roster else []
    doubts = []
    maximum = sheet and sheet.maximum()
    if maximum is not None and maximum != points:
        doubts.append(
            f"The worksheet says that the assignment has {maximum:g} points in Moodle, and {points} are given"
            " here: set its maximum grade to that before you import moodle.csv. Moodle passes over more."
        )
    name, told = _assignment(known, assignment, title)
    return Columns(name, sheet, [*doubts, *told])


def moodle_sheet(path: Path) -> Sheet | None:
    """The grading worksheet in a file; None when it is another table. Raises ValueError for no table."""
    header, rows = read_cells(path)
    names = [name.strip().lower() for name in header]
    places = {
        what: next(place for place, name in enumerate(names) if name in words)
        for what, words in MOODLE.items()
        if set(words) & set(names)
    }
    if not {"id", "grade", "modified"} <= set(places):
        return None
    after = list(enumerate(names))[places["modified"] + 1 :]
    comment = next((place for place, name in after if any(word in name for word in FEEDBACK)), None)
    if comment is not None:
        places["comment"] = comment
    found = {}
    for row in rows:
        row = [*row, *[""] * (len(header) - len(row))][: len(header)]
        if match := PERSON.match(row[places["id"]].strip()):
            found[match["number"]] = row
    return Sheet(header, found, places)


def canvas_assignments(path: Path) -> list[str]:
    """The assignments of a gradebook that Canvas exported, as their columns are called."""
    header, _ = read_cells(path)
    names = [name.strip() for name in header]
    if not set(CANVAS) <= {name.lower() for name in names}:
        return []
    return [name for name in names if ASSIGNMENT.match(name)]


def _assignment(known: Sequence[str], asked: str, title: str) -> tuple[str, list[str]]:
    """The header of Canvas's column, and what is to be said of it."""
    if not known:
        return asked or title, []
    fitting = [name for name in known if _plain(asked or title) in _names(name)]
    if len(fitting) == 1:
        return fitting[0], []
    if not asked and len(known) == 1:
        return known[0], []
    told = ", ".join(f'"{name}"' for name in known)
    if asked:
        much = "more than one" if fitting else "no"
        raise ValueError(f'The roster has {much} assignment "{asked}". It has {told}: give --assignment one.')
    return title, [
        f"The roster has the assignments {told}: say with --assignment which one this is. Until then it is "
        f'"{title}" in canvas.csv, and Canvas asks.'
    ]


def _names(header: str) -> set[str]:
    """What an assignment may be called: as its column, by its name alone, by its number."""
    match = ASSIGNMENT.match(header)
    return {_plain(header), _plain(match["name"]), match["number"]}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
