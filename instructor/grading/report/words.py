"""Wording that the reports share."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from instructor.core.result import NOT_STARTED, CheckResult, Result, TaskResult
from instructor.core.tasks import feedback_level, load_tasks
from instructor.core.whole_grade import Mark

SANDBOXES = {
    "bwrap": "The code ran in a bubblewrap sandbox.",
    "sandlock": "The code ran in a Landlock sandbox (sandlock).",
    "none": "The code ran WITHOUT a sandbox: this result is only as good as the trust in the submission.",
}


def number(points: float) -> str:
    """Points without a needless fraction: 3, 1.5."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def marked(mark: Mark) -> str:
    """A written answer in one line: its points, and what was said of it."""
    if mark.points is None:
        told = "not marked yet"
    elif mark.most is None:
        told = worth(mark.points)
    else:
        told = f"{number(mark.points)} of {number(mark.most)}"
    note = f" ({mark.note})" if mark.note and not mark.answer else ""
    return f"{mark.title}: {told}{note}" + (f". {mark.comment}" if mark.comment else "")


def not_run(notebooks: str, tasks: Collection[str] | None = None) -> str:
    """What the points are without where `notebooks` were not to be run; "" where none of the tasks is one."""
    books = [task for task in load_tasks() if task.is_notebook and (tasks is None or task.id in tasks)]
    if notebooks != "none" or not books:
        return ""
    points = sum(task.points for task in books if not task.bonus)
    return (
        f"The notebooks were not run (--notebooks none): their {points} points are left out, and the points "
        "are of the other tasks alone."
    )


def worth(points: float) -> str:
    """A number of points in words: 1 point, 1.5 points."""
    return f"{number(points)} point{'s' * (points != 1)}"


def signed(points: float) -> str:
    """Points that are added or taken off: +2, −1.5; ±0 where nothing was left to take off."""
    sign = "−" if points < 0 else "+" if points > 0 else "±"
    return f"{sign}{number(abs(points))}"


def extra(result: Result) -> str:
    """What bonus tasks add, to be put behind the points: " + 5 bonus", or nothing."""
    return f" + {number(result.bonus)} bonus" if result.bonus else ""


def aspect_words(aspect: str) -> str:
    """The name of an aspect as words."""
    return aspect.replace("_", " ")


def sentence(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def conditions(result: Result) -> str:
    """Under what sandbox and seed a result came about."""
    sandbox = SANDBOXES.get(result.sandbox)
    return f"{sandbox} Seed {result.seed}." if sandbox else "Nothing was run."


def failures(task: TaskResult, aspect: str) -> list[str]:
    """A line for each check of an aspect that did not pass, and what mistake is behind them.

    A line says what should hold and what came instead.
    """
    if task.status == NOT_STARTED:
        return ["This task is not started yet."]
    failed = [check for check in task.checks if check.aspect == aspect and not check.passed]
    return [f"{check.label} {sentence(check.message)}".strip() for check in failed] + explanations(failed)


def told(check: CheckResult, level: str | None = None) -> list[str]:
    """Sentences on the mistake behind a failed check, or on how its answer differs; maybe none.

    `level` is "none", "misconception", or "formula" for hint and formula as well; None asks tasks.toml.
    """
    level = level or feedback_level()
    if level == "none" or check.passed:
        return []
    if not check.diagnosis:
        return [check.difference] if check.difference else []
    first, *others = check.diagnosis
    lines = [f"What your code gave is what this mistake gives: {_inside(first.misconception)}"]
    if level == "formula":
        lines += [first.hint, *([f"Formula: {first.formula}"] if first.formula else [])]
    return lines + [
        f"Or: {_inside(other.misconception)}"
        for other in others
        if other.misconception != first.misconception
    ]


def explanations(checks: Iterable[CheckResult], level: str | None = None) -> list[str]:
    """What is told of several checks, each explanation once, its sentences on lines of their own."""
    return list(dict.fromkeys("\n".join(lines) for check in checks if (lines := told(check, level))))


def _inside(sentence: str) -> str:
    """A sentence as it stands after a colon."""
    return sentence[0].lower() + sentence[1:] if sentence[:2].istitle() or sentence[1:2] == " " else sentence
