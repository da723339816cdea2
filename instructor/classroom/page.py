"""The class at a glance: class.html for the instructor, without scripts, and a summary for CI."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup, escape

from instructor.classroom.gradebook import Line
from instructor.classroom.hand_grades import HandGrades
from instructor.classroom.tallies import BINS, Statistics
from instructor.core.questions import HEADING, questions, rubric_of, title_of
from instructor.grading.report.for_people import environment
from instructor.grading.report.words import number

COMMON = 15  # mistakes that are listed
NAMED = 8  # submissions named for each
STUDENTS, MISTAKES = 200, 8
SYMBOLS = {"cdot": "· ", "to": "→", "infty": "∞", "times": "× ", "le": "≤ ", "ge": "≥ ", "approx": "≈ "}
SYMBOLS |= {"tau": "τ", "alpha": "α", "lambda": "λ", "sigma": "σ", "log": "log ", "exp": "exp "}
MARKUP = re.compile(
    r"[\\`*\[\]<|~@$]"
    r"|(?<![^\W_])_+|_+(?![^\W_])"  # inside a word it is no emphasis
    r"|&(?=#?\w+;)|#(?=\w)|:(?=//)|(?<!\d):(?=[\w+-]+:)|\.(?<=\bwww\.)"  # entities, issues, addresses, emoji
    r"|^[-+>#=:]|(?<=^\d)[.)](?= )",  # a list, a quotation, a heading
    re.I,
)


def class_html(
    title: str,
    statistics: Statistics,
    lines: Sequence[Line],
    grades: HandGrades,
    left_out: Sequence[str] = (),
    told: Sequence[str] = (),
) -> str:
    """The page for one class; everything in it is escaped.

    `left_out` are sentences on what is no row, `told` on what is still to be done.
    """
    ordered = sorted(lines, key=lambda line: (line.student.name.casefold(), line.submission))
    return _template().render(
        title=title,
        statistics=statistics,
        lines=ordered,
        left_out=left_out,
        told=told,
        why=[line for line in ordered if line.why],
        noted=[line for line in ordered if line.note],
        bins=_bins(statistics),
        answers=_answers(grades),
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


def _answers(grades: HandGrades) -> list[dict]:
    """Every question with the answers to it."""
    found = []
    for question, text in questions().items():
        own = [grade for grade in grades.grades if grade.question == question]
        graded = sum(grade.points is not None for grade in own)
        heading = HEADING.match(text)
        text = _flowing(text[heading.end() if heading else 0 :])
        own = sorted(([*grades.who(grade), grade] for grade in own), key=lambda each: each[0])
        asked = {"title": title_of(question), "text": text, "grades": own, "graded": graded}
        asked |= {"most": grades.written.most.get(question), "rubric": rubric_of(question)}
        found.append(asked)
    return found


def _flowing(text: str) -> str:
    """Paragraphs of Markdown without the line breaks that only keep its source narrow; lists keep theirs."""
    return re.sub(r"(?<!\n)\n(?!\n|\s*([-*|$]|\d+\.))", " ", text)


@cache
def _template() -> Template:
    found = environment(Path(__file__).parent)
    found.filters["prose"] = prose
    return found.get_template("class.html.j2")


def prose(text: str) -> Markup:
    """Markdown of ours as HTML, as far as questions and rubrics use it: code, and formulas in a line."""
    told = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\$([^$\n]+)\$", lambda found: f"<i>{_formula(found[1])}</i>", told))


def _formula(text: str) -> str:
    """LaTeX with its symbols as characters; what is not known stays."""
    told = re.sub(r"\\([A-Za-z]+) ?", lambda found: SYMBOLS.get(found[1], found[0]), text)
    return re.sub(r"\s*→\s*", " → ", told)


def summary_markdown(
    title: str,
    statistics: Statistics,
    lines: Sequence[Line],
    left_out: Sequence[str] = (),
    told: Sequence[str] = (),
) -> str:
    """Scores, tasks, common mistakes, what could not be graded or is unsure; every name is escaped."""
    parts = [f"## {_escape(title)}", statistics.sentence(), *map(_escape, told)]
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
    unsure = [(line.student.name, line.submission, line.note) for line in lines if line.note]
    unsure += [("", "", sentence) for sentence in left_out]
    if unsure:
        rows = sorted(unsure)
        parts += ["### Unsure or left out", _table(("Student", "Submission", "Why"), rows)]
    why = sorted((line.student.name or "?", _said(line), line.why) for line in lines if line.why)
    if why:
        parts += ["### Adjusted, late or extended", _table(("Student", "Points", "Why"), why)]
    rows = sorted((line.student.name or "?", _said(line)) for line in lines)
    shown = _table(("Student", "Points"), rows[:STUDENTS])
    more = f"\n\nand {len(rows) - STUDENTS} more" if len(rows) > STUDENTS else ""
    parts.append(f"<details><summary>{len(rows)} students</summary>\n\n{shown}{more}\n\n</details>")
    return "\n\n".join(parts) + "\n"


def _said(line: Line) -> str:
    return line.status if line.total is None else number(line.total)


def _table(header: Sequence[str], rows) -> str:
    lines = [header, ["---"] * len(header), *([_escape(str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(text: str) -> str:
    """Text that is neither Markdown nor HTML, links to nothing and names nobody; else as it stands."""
    return MARKUP.sub(_as_entities, " ".join(text.split()))


def _as_entities(found: re.Match) -> str:
    return "".join(f"&#{ord(char)};" for char in found[0])
