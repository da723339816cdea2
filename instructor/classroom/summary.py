"""The summary of a class in Markdown, for the page of a CI job."""

from __future__ import annotations

import re
from collections.abc import Sequence

from instructor.classroom.gradebook import GRADED, Line
from instructor.classroom.tallies import Statistics
from instructor.grading.report.words import number

STUDENTS, MISTAKES = 200, 8


def summary_markdown(title: str, statistics: Statistics, lines: Sequence[Line]) -> str:
    """Scores, tasks, common mistakes and what could not be graded; every name is escaped."""
    parts = [f"## {_escape(title)}", statistics.sentence()]
    parts.append(
        _table(
            ("Task", "Points", "Mean", "Passed"),
            (
                (
                    count.task.title,
                    count.task.points,
                    f"{100 * count.share:.0f} %",
                    f"{count.passed()} of {len(count.shares)}",
                )
                for count in statistics.tasks.values()
            ),
        )
    )
    if statistics.mistakes:
        rows = (
            (len(mistake.names), mistake.task, mistake.sentence) for mistake in statistics.mistakes[:MISTAKES]
        )
        parts += ["### Most common mistakes", _table(("Students", "Task", "Mistake"), rows)]
    if statistics.problems:
        rows = ((name, problem.splitlines()[0]) for name, problem in sorted(statistics.problems.items()))
        parts += ["### Not graded", _table(("Submission", "Why"), rows)]
    rows = sorted((line.student.name or "?", _said(line)) for line in lines)
    shown = _table(("Student", "Points"), rows[:STUDENTS])
    more = f"\n\nand {len(rows) - STUDENTS} more" if len(rows) > STUDENTS else ""
    parts.append(f"<details><summary>{len(rows)} students</summary>\n\n{shown}{more}\n\n</details>")
    return "\n\n".join(parts) + "\n"


def _said(line: Line) -> str:
    return f"{number(line.total)}" if line.status == GRADED else line.status


def _table(header: Sequence[str], rows) -> str:
    lines = [header, ["---"] * len(header), *([_escape(str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(text: str) -> str:
    """Text that is neither Markdown nor HTML, nor names anyone."""
    flat = " ".join(text.split())
    return re.sub(r"[\\`*_{}\[\]<>()#+!|~@&:-]", lambda found: f"&#{ord(found[0])};", flat)
