"""How often the diagnosis is right: every known mistake as a student's answer, with fresh inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from instructor.diagnosis.recording import Recording
from instructor.diagnosis.replay import Replay
from instructor.grading.result import CheckResult
from instructor.hidden_checks.marking import checks_of
from instructor.trials import run_check


def examine(
    choice: Mapping[str, str], tasks: Sequence[str], seed: int, keep_all: bool = False, heavy: bool = False
) -> tuple[list[CheckResult], dict[str, Recording]]:
    """The results of the tasks' checks for the chosen fill-ins, in this process, and failed ones' recordings.

    With `keep_all` the recordings of passed checks are returned too, with `heavy` the heavy checks are run.
    """
    results, recordings = [], {}
    with Replay(inf) as replay:
        for check in (each for task in tasks for each in checks_of(task)):
            if check.heavy and not heavy:
                continue
            result, _, recording = run_check(check, seed, replay, choice)
            results.append(result)
            if keep_all or not result.passed:
                recordings[check.name] = recording
    return results, recordings
