"""Which checks a mistake of the catalogue fails, to lay beside those that the student's code did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from instructor.checks.marking import checks_of
from instructor.checks.run import Run, run_checks
from instructor.core.composition import Fillin
from instructor.diagnosis.replay import OutOfTime, Replay
from instructor.diagnosis.stand_in import in_replay

SEEDS = (0, 1, 2)  # one mistake passes some checks with some inputs, and fails them with others


def always_failed(
    fillin: Fillin, names: Collection[str], context: Mapping[str, str], replay: Replay
) -> set[str]:
    """Those of the named checks that a mistake fails, with inputs of their own, each of several times.

    Heavy checks are not asked, see `light`. Raises OutOfTime when the replay's time is over.
    """
    choice = {**context, fillin.task: fillin.name}
    key, known = frozenset(choice.items()), _known()
    asked = light(fillin.task, names)
    new = {name for name in asked if (name, key) not in known}
    failed = set(new)
    for seed in SEEDS:
        failed -= _passed(failed, choice, seed, replay)
    known |= {(name, key): name in failed for name in new}
    return {name for name in asked if known[name, key]}


def light(task: str, names: Collection[str]) -> set[str]:
    """Those of the named checks of a task that take no seconds."""
    return {check.name for check in checks_of(task) if check.name in names and not check.heavy}


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
