"""What becomes of one hidden check: the one place where what it raised turns into a result."""

from __future__ import annotations

from instructor.checks.judging import CheckFailed
from instructor.checks.marking import Check
from instructor.core.result import CheckResult
from instructor.core.text import sanitize
from instructor.sandbox.jail import JailBroken
from instructor.sandbox.student import NotStarted, StudentError

UNSURE = "the answer could not be judged; it is not of the kind that the check expects"


def outcome_of(check: Check, error: BaseException | None, seconds: float = 0.0) -> tuple[CheckResult, str]:
    """The result of a check that raised `error`, or nothing.

    The second value is for the instructor: a sentence when the check itself is at fault, else "".
    """
    outcome, message, fault = "failed", str(error or ""), ""
    if error is None:
        outcome = "passed"
    elif isinstance(error, JailBroken):
        outcome = "not run"
    elif not isinstance(error, StudentError | CheckFailed):
        message = UNSURE
        fault = f"{check.name}: {type(error).__name__}: {sanitize(str(error), 500)}"
    result = CheckResult(
        name=check.name,
        task=check.task,
        aspect=check.aspect,
        label=check.label,
        outcome=outcome,
        message=sanitize(message),
        seconds=seconds,
        not_started=isinstance(error, NotStarted),
    )
    return result, fault
