"""Mistakes that a check speaks against which the student's code has passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from instructor.checks.marking import checks_of
from instructor.checks.run import Run, run_checks
from instructor.core.composition import Fillin
from instructor.diagnosis.replay import OutOfTime, Replay
from instructor.diagnosis.stand_in import in_replay

SEEDS = (0, 1, 2)  # one mistake passes some checks with some inputs, and fails them with others


def fails_one_of(fillin: Fillin, passed: Collection[str], context: Mapping[str, str], replay: Replay) -> bool:
    """Whether a mistake would have failed one of the passed checks; heavy ones are not asked.

    Of passed checks nothing is recorded, so the mistake is run through them with inputs of their own: it
    fails one when it does so with all of several.
    """
    choice = {**context, fillin.task: fillin.name}
    key, known = frozenset(choice.items()), _known()
    asked = {check.name for check in checks_of(fillin.task) if check.name in passed and not check.heavy}
    new = {name for name in asked if (name, key) not in known}
    failed = set(new)
    for seed in SEEDS:
        failed -= _passed(failed, choice, seed, replay)
    known |= {(name, key): name not in failed for name in new}
    return not all(known[name, key] for name in asked)


def _passed(names: Collection[str], choice: Mapping[str, str], seed: int, replay: Replay) -> set[str]:
    """Those of the checks that the chosen fill-ins pass with this seed."""
    if not names:
        return set()
    (outcome,) = run_checks([Run(in_replay(replay, choice), seed, lambda check: check.name in names)])
    if replay.is_over:
        raise OutOfTime
    return {result.name for result in outcome.results if result.passed}


@lru_cache(maxsize=1)
def _known() -> dict[tuple[str, frozenset], bool]:
    """What was found in this process: it depends on the kit's own code alone."""
    return {}
