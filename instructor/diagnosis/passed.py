"""Mistakes that a check speaks against which the student's code has passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from instructor.checks.judging import CheckFailed
from instructor.checks.marking import Check, checks_of
from instructor.core.composition import Fillin
from instructor.core.seeds import Seeds
from instructor.diagnosis.replay import OutOfTime, Replay
from instructor.diagnosis.stand_in import StandIn
from instructor.sandbox.student import StudentError


def fails_one_of(fillin: Fillin, passed: Collection[str], context: Mapping[str, str], replay: Replay) -> bool:
    """Whether a mistake would have failed one of the passed checks; heavy ones are not asked.

    Of passed checks nothing is recorded, so the mistake is run through them with inputs of their own.
    """
    asked = [check for check in checks_of(fillin.task) if check.name in passed and not check.heavy]
    choice = frozenset({**context, fillin.task: fillin.name}.items())
    return any(not _passes(check, choice, replay) for check in asked)


def _passes(check: Check, choice: frozenset, replay: Replay) -> bool:
    key = (check.name, choice)
    if key not in _known():
        try:
            with StandIn(replay.session(dict(choice), 0)) as student:
                check.function(student, Seeds(0, check.name))
        except OutOfTime:
            raise
        except (StudentError, CheckFailed):
            _known()[key] = False
        else:
            _known()[key] = True
    return _known()[key]


@lru_cache(maxsize=1)
def _known() -> dict[tuple[str, frozenset], bool]:
    """What was found in this process: it depends on the kit's own code alone."""
    return {}
