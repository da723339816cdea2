"""What makes a function a hidden check: the task and the aspect of it that its verdict counts for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Check:
    """One hidden check. `label` is the sentence that a student reads, `function` takes (student, rng).

    A `heavy` one takes seconds, and is repeated less often when the grader is measured.
    """

    name: str
    task: str
    aspect: str
    label: str
    function: Callable
    heavy: bool = False


def check(task: str, aspect: str, heavy: bool = False) -> Callable[[Callable], Callable]:
    """Mark a test function as a hidden check of one aspect of a task; its docstring is its label."""

    def mark(function: Callable) -> Callable:
        label = " ".join((function.__doc__ or "").split())
        if not label:
            raise ValueError(f"{function.__name__} needs a docstring: it is the label that students read")
        function.check = Check(function.__name__, task, aspect, label, function, heavy)
        return pytest.mark.check(task, aspect)(function)

    return mark


@cache
def all_checks() -> tuple[Check, ...]:
    """Every hidden check, by file and then in the order of the file."""
    names = (f"{__package__}.{path.stem}" for path in sorted(FOLDER.glob("test_*.py")))
    functions = (each for name in names for each in vars(importlib.import_module(name)).values())
    return tuple(each.check for each in functions if isinstance(getattr(each, "check", None), Check))


def checks_of(task: str) -> tuple[Check, ...]:
    """The hidden checks of one task."""
    return tuple(found for found in all_checks() if found.task == task)
