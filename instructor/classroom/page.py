"""class.html: the class at a glance, for the instructor. One file, no scripts, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Template

from instructor.classroom.answers import questions
from instructor.classroom.gradebook import Line
from instructor.classroom.hand_grades import Marks
from instructor.classroom.tallies import BINS, Statistics
from instructor.grading.report.feedback import environment
from instructor.grading.report.words import number

COMMON = 15  # mistakes that are listed
NAMED = 8  # submissions named for each


def class_html(title: str, statistics: Statistics, lines: Sequence[Line], marks: Marks) -> str:
    """The page for one class; everything in it is escaped."""
    ordered = sorted(lines, key=lambda line: (line.student.name.casefold(), line.submission))
    return _template().render(
        title=title,
        statistics=statistics,
        lines=ordered,
        bins=_bins(statistics),
        answers=_answers(marks),
        common=COMMON,
        named=NAMED,
    )


def _bins(statistics: Statistics) -> list[dict]:
    """The bars of the histogram, in units of a picture 100 × 40."""
    counts, points = statistics.histogram, statistics.scores[0][2] if statistics.scores else 100
    most = max([*counts, 1])
    edges = [number(points * k / BINS) for k in range(BINS + 1)]
    return [
        {
            "count": count,
            "height": round(36 * count / most, 2),
            "from": edges[k],
            "to": edges[k + 1],
            "x": 10 * k,
        }
        for k, count in enumerate(counts)
    ]


def _answers(marks: Marks) -> list[dict]:
    """Every question with the answers to it."""
    found = []
    for question, text in questions().items():
        own = [mark for mark in marks.marks if mark.question == question]
        marked = sum(mark.points is not None for mark in own)
        notebook = question.partition("#")[0].removeprefix("notebooks/").removesuffix(".ipynb")
        heading = re.match(r"\*\*(.{1,40}?)\.?\*\*\s*|", text)
        title, text = heading[1] or "question", _flowing(text[heading.end() :])
        found.append({"notebook": notebook, "title": title, "text": text, "marks": own, "marked": marked})
    return found


def _flowing(text: str) -> str:
    """Paragraphs of Markdown without the line breaks that only keep its source narrow; lists keep theirs."""
    return re.sub(r"(?<!\n)\n(?!\n|\s*([-*|$]|\d+\.))", " ", text)


@cache
def _template() -> Template:
    return environment(Path(__file__).parent).get_template("class.html.j2")
