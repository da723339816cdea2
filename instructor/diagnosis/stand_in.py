"""A session without a jail, for the kit's own fill-ins only: what measures the grader needs thousands."""

from __future__ import annotations

from collections.abc import Callable

from instructor.checks.recording import Recording
from instructor.checks.run import Sessions
from instructor.diagnosis.replay import Ask, Choice, Failure, Replay
from instructor.sandbox.student import Died, NotStarted, Raised, Student, StudentError, TimedOut, WrongType

SECONDS = 20.0  # for one call; nothing of the kit's own takes so long, unless it never ends
SHARE = 0.4  # of the time that a check allows a student


class StandIn(Student):
    """A Student that asks a function of `Replay.session` instead of a jail."""

    def __init__(
        self,
        ask: Ask,
        record: Callable[[dict, dict | StudentError], None] = lambda request, answer: None,
    ) -> None:
        super().__init__(jail=None, record=record)
        self._ask_kit = ask

    def _exchange(self, request: dict, timeout: float | None) -> dict:
        seconds = SECONDS if timeout is None else min(SHARE * timeout, SECONDS)
        answer = self._ask_kit(request, seconds)
        if isinstance(answer, Failure):
            raise _error(answer)
        return answer


def in_replay(replay: Replay, choice: Choice) -> Sessions:
    """Sessions with the package in which the chosen fill-ins are."""

    def session(recording: Recording) -> StandIn:
        return StandIn(replay.session(choice, recording.seed), recording.note)

    return session


def _error(failure: Failure) -> StudentError:
    match failure.kind:
        case "NotStarted":
            return NotStarted(failure.message)
        case "TimedOut":
            return TimedOut(0)
        case "WrongType":
            return WrongType("something that cannot cross")
        case "Raised":
            return Raised(failure.type, failure.message)
    return Died(failure.kind)
