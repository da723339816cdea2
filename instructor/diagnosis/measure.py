"""How often the diagnosis is right: every known mistake as a student's answer, with fresh inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from instructor.diagnosis.recording import Recording
from instructor.diagnosis.replay import Replay
from instructor.diagnosis.stand_in import StandIn
from instructor.grading.outcome import outcome_of
from instructor.grading.result import CheckResult
from instructor.grading.seeds import Seeds
from instructor.hidden_checks.marking import checks_of

CALL_SECONDS = 10.0


def examine(
    choice: Mapping[str, str], tasks: Sequence[str], seed: int, keep_all: bool = False, heavy: bool = False
) -> tuple[list[CheckResult], dict[str, Recording]]:
    """The results of the tasks' checks for the chosen fill-ins, in this process, and failed ones' recordings.

    With `keep_all` the recordings of passed checks are returned too, with `heavy` the heavy checks are run.
    """
    results, recordings = [], {}
    with Replay(seconds=1e6) as replay:
        for check in (each for task in tasks for each in checks_of(task)):
            if check.heavy and not heavy:
                continue
            recording = Recording(Seeds(seed, f"session/{check.name}").seed())
            ask = replay.session(choice, recording.seed, CALL_SECONDS)
            error = None
            try:
                check.function(StandIn(ask, recording.note), Seeds(seed, check.name))
            except Exception as raised:
                error = raised
            result, _ = outcome_of(check, error)
            results.append(result)
            if keep_all or not result.passed:
                recordings[check.name] = recording
    return results, recordings
