"""What a student is told of a failed check, at the level that the instructor chose."""

from __future__ import annotations

from collections.abc import Iterable

from instructor.core.result import CheckResult, Diagnosis
from instructor.core.tasks import feedback_level


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
    begin = "What your code gave is what this mistake gives" if first.whole else "One part of what is wrong"
    lines = [f"{begin}: {_inside(first.misconception)}"]
    if level == "formula":
        lines += [first.hint, *([f"Formula: {first.formula}"] if first.formula else [])]
    return lines + [f"Or: {_inside(other.misconception)}" for other in others if _fits(other, first)]


def explanations(checks: Iterable[CheckResult], level: str | None = None) -> list[str]:
    """What is told of several checks, each explanation once, its sentences on lines of their own."""
    return list(dict.fromkeys("\n".join(lines) for check in checks if (lines := told(check, level))))


def _fits(other: Diagnosis, first: Diagnosis) -> bool:
    return other.whole == first.whole and other.misconception != first.misconception


def _inside(sentence: str) -> str:
    """A sentence as it stands after a colon."""
    return sentence[0].lower() + sentence[1:] if sentence[:2].istitle() or sentence[1:2] == " " else sentence
