"""How often the diagnosis is right: every known mistake as a student's answer, with fresh inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import inf

from instructor.checks.recording import Recording
from instructor.checks.run import Run, run_checks
from instructor.core.composition import Fillin
from instructor.core.result import CheckResult
from instructor.diagnosis.diagnose import diagnose
from instructor.diagnosis.replay import Replay
from instructor.diagnosis.stand_in import in_replay


def examine(
    choice: Mapping[str, str], tasks: Sequence[str], seed: int, keep_all: bool = False, heavy: bool = False
) -> tuple[list[CheckResult], dict[str, Recording]]:
    """The results of the tasks' checks for the chosen fill-ins, in this process, and failed ones' recordings.

    With `keep_all` the recordings of passed checks are returned too, with `heavy` the heavy checks are run.
    """
    (outcome,) = run_checks(
        [
            Run(
                in_replay(shared_replay(), choice),
                seed,
                wanted=lambda check: check.task in tasks and (heavy or not check.heavy),
                keep_all=keep_all,
            )
        ]
    )
    return outcome.results, outcome.recordings


@cache
def shared_replay() -> Replay:
    """One for this process: the packages that it loads are asked again and again."""
    return Replay(inf)


@dataclass
class Count:
    """How often a task's mistakes were named: `first` of `tried`, `none` given to `right` answers."""

    first: int = 0
    tried: int = 0
    silent: int = 0
    right: int = 0
    faults: list[str] = field(default_factory=list)


def own_mistake(fillin: Fillin, seed: int) -> str:
    """The mistake that is named first for a wrong fill-in, "" for none; heavy checks only if need be."""
    for heavy in (False, True):
        results, recordings = examine({fillin.task: fillin.name}, [fillin.task], seed, heavy=heavy)
        failed = [each for each in diagnose(results, recordings, replay=shared_replay()) if not each.passed]
        if failed:
            named = [each.diagnosis[0].fillin for each in failed if each.diagnosis]
            return max(named, key=named.count, default="")
    return ""


def right_answer_named(fillin: Fillin, seed: int) -> str:
    """What is named for a right answer whose checks are all said to have failed; it should be ""."""
    results, recordings = examine({fillin.task: fillin.name}, [fillin.task], seed, keep_all=True)
    doubted = [dataclasses.replace(each, outcome="failed") for each in results]
    named = [
        each.diagnosis for each in diagnose(doubted, recordings, replay=shared_replay()) if each.diagnosis
    ]
    return named[0][0].fillin if named else ""


def pair_named(first: Fillin, second: Fillin, seed: int) -> bool | None:
    """Whether two mistakes get a right name, heavy checks only if need be; None if nothing fails."""
    choice = {first.task: first.name, second.task: second.name}
    right, failed = _names(first) | _names(second), []
    for heavy in (False, True):
        results, recordings = examine(choice, list(choice), seed, heavy=heavy)
        failed = [each for each in diagnose(results, recordings, replay=shared_replay()) if not each.passed]
        if any(d.fillin in right for each in failed for d in each.diagnosis):
            return True
    return False if failed else None


def _names(fillin: Fillin) -> set[str]:
    return {fillin.name, fillin.same_as.partition(" ")[0]}
