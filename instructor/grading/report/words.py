"""Wording that the reports share."""

from __future__ import annotations

from instructor.core.result import NOT_STARTED, Result, TaskResult
from instructor.diagnosis.wording import explanations

SANDBOXES = {
    "bwrap": "The code ran in a bubblewrap sandbox.",
    "sandlock": "The code ran in a Landlock sandbox (sandlock).",
    "none": "The code ran WITHOUT a sandbox: this result is only as good as the trust in the submission.",
}


def number(points: float) -> str:
    """Points without a needless fraction: 3, 1.5."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


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
