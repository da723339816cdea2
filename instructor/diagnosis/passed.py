"""Mistakes that a check speaks against which the student's code has passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from instructor.checks.marking import checks_of
from instructor.checks.run import Run, run_checks
from instructor.core.composition import Fillin
from instructor.diagnosis.replay import OutOfTime, Replay
from instructor.diagnosis.stand_in import in_replay


def fails_one_of(fillin: Fillin, passed: Collection[str], context: Mapping[str, str], replay: Replay) -> bool:
    """Whether a mistake would have failed one of the passed checks; heavy ones are not asked.

    Of passed checks nothing is recorded, so the mistake is run through them with inputs of their own.
    """
    choice = {**context, fillin.task: fillin.name}
    key, known = frozenset(choice.items()), _known()
    asked = {check.name for check in checks_of(fillin.task) if check.name in passed and not check.heavy}
    if new := {name for name in asked if (name, key) not in known}:
        (outcome,) = run_checks([Run(in_replay(replay, choice), 0, lambda check: check.name in new)])
        if replay.is_over:
            raise OutOfTime
        known |= {(result.name, key): result.passed for result in outcome.results}
    return not all(known[name, key] for name in asked)


@lru_cache(maxsize=1)
def _known() -> dict[tuple[str, frozenset], bool]:
    """What was found in this process: it depends on the kit's own code alone."""
    return {}
