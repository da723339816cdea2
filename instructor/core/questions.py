"""The questions of the notebooks, and what their answers are worth: `[written]` of tasks.toml."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from cs231n.answer_cells import expected_in, is_answer, source_of
from instructor.core.tasks import ROOT, TASKS_FILE, SettingsError, notebooks

RUBRICS = ROOT / "instructor" / "rubrics"
ASKED = re.compile(r"\*\*(?:Question|问题) ?\d+\.?\*\*")
POINTS = re.compile(
    r" \*(?:\((\d+(?:\.\d+)?) points?\)|（(\d+(?:\.\d+)?) 分）)\*"
)  # behind a question's number
HEADING = re.compile(r"\*\*(.{1,40}?)\.?\*\*\s*")
SECTION = re.compile(r"^## Question (\d+)$", re.M)


@dataclass(frozen=True)
class Written:
    """What written answers are worth: their `share` of the 100, and the most points of each question.

    Without a share, their points come on top. `most` holds the questions that have a maximum, by the keys of
    `questions()`.
    """

    share: int = 0
    most: dict[str, float] = field(default_factory=dict)


def load_written(path: Path = TASKS_FILE) -> Written:
    """Read `[written]`.

    Raises SettingsError, a ValueError, for a notebook or a number of questions that there is not, and for
    maxima that do not add up to the share, where there is one.
    """
    table = dict(tomllib.loads(path.read_text(encoding="utf-8")).get("written", {}))
    share, most = table.pop("share", 0), {}
    books = {Path(name).stem: name for name in notebooks()}
    for stem, points in table.items():
        keys = keys_of(books[stem]) if stem in books else []
        if not keys or not isinstance(points, list) or len(points) != len(keys):
            asked = {each: len(keys_of(name)) for each, name in books.items()}
            told = ", ".join(f"{each} ({count})" for each, count in asked.items())
            raise SettingsError(
                f"{path.name}: [written] has a list of points for the questions of each notebook: {told}; "
                f"{stem} = {points!r} is none"
            )
        if wrong := [each for each in points if not _is_number(each)]:
            raise SettingsError(f"{path.name}: {stem} in [written]: {wrong[0]!r} is no number of points")
        most |= dict(zip(keys, points, strict=True))
    if isinstance(share, bool) or not isinstance(share, int) or not 0 <= share < 100:
        raise SettingsError(
            f"{path.name}: share in [written] is a whole number of the 100 points, not {share!r}"
        )
    if share and sum(most.values()) != share:
        raise SettingsError(
            f"{path.name}: the points of the questions add up to {sum(most.values()):g}, not to the share of "
            f"{share}"
        )
    if share and (free := [key for key in questions() if key not in most]):
        raise SettingsError(
            f"{path.name}: {free[0].partition('#')[0]} has questions and no points in [written]"
        )
    return Written(share, most)


@cache
def questions() -> dict[str, str]:
    """The text of each question by the cell of its answer, as `notebooks/Name.ipynb#cell`."""
    found = {}
    for name in notebooks():
        for before, cell in pairwise(given_cells(name)):
            if is_answer(cell):
                found[f"{name}#{cell['id']}"] = without_points(source_of(before))
    return found


def keys_of(notebook: str) -> list[str]:
    """The keys of a notebook's questions, in their order."""
    return [key for key in questions() if key.startswith(f"{notebook}#")]


def title_of(question: str) -> str:
    """What a question is called: its notebook and its number."""
    heading = HEADING.match(questions()[question])
    return f"{Path(question.partition('#')[0]).stem}, {heading[1] if heading else 'question'}"


@cache
def rubric_of(question: str) -> str:
    """What a marker looks for in the answers to a question; "" where nobody has written it."""
    name, _, key = question.partition("#")
    asked = dict(expected_in(given_cells(name))).get(key)
    path = RUBRICS / f"{Path(name).stem}.md"
    if not path.is_file():
        return ""
    parts = SECTION.split(path.read_text(encoding="utf-8"))
    sections = dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))
    return " ".join(sections.get(asked, "").split())


@cache
def given_cells(name: str) -> list[dict]:
    """The cells of a notebook as students are given it."""
    return json.loads((ROOT / name).read_text(encoding="utf-8"))["cells"]


def with_points(source: str, points: float | None) -> str:
    """A question's text that says behind its number what it is worth; None: that says nothing of it."""
    plain = without_points(source)
    found = ASKED.search(plain)
    if points is None or not found:
        return plain
    told = f" *（{points:g} 分）*" if "问题" in found[0] else f" *({points:g} point{'s' * (points != 1)})*"
    return plain[: found.end()] + told + plain[found.end() :]


def points_in(source: str) -> float | None:
    """What a question's text says that it is worth; None where it says nothing of it."""
    found = ASKED.search(source)
    told = found and POINTS.match(source, found.end())
    return float(told[1] or told[2]) if told else None


def without_points(source: str) -> str:
    """A question's text without what it is worth."""
    found = ASKED.search(source)
    told = found and POINTS.match(source, found.end())
    return source[: found.end()] + source[told.end() :] if told else source


def _is_number(points: object) -> bool:
    return isinstance(points, int | float) and not isinstance(points, bool) and 0 <= points <= 1_000
