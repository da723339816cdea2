"""Which mistakes of the catalogue explain the failed checks of a task."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instructor.checks.recording import Exchange, Recording
from instructor.core.composition import Fillin, fillins
from instructor.core.result import CheckResult
from instructor.diagnosis.draws import Draws
from instructor.diagnosis.parts import MISSING, Parts, differs, distance, explains, parts_of
from instructor.diagnosis.replay import Failure, OutOfTime, Replay
from instructor.sandbox.inside.recipes import Recipe


@dataclass(frozen=True)
class Match:
    """A mistake that gives everything that the student's code gave, in all failed checks, and one of these.

    `told` counts the parts that tell it from a right answer there.
    """

    fillin: Fillin
    check: str
    told: int
    distance: float = 0.0


def candidates(task: str, checks: list[CheckResult]) -> list[Fillin]:
    """The mistakes to be tried: not those whose own check passed, and not those that equal another."""
    passed = {check.name for check in checks if check.passed}
    wrong = (fillin for fillin in fillins(task).values() if fillin.kind == "wrong")
    return [fillin for fillin in wrong if not fillin.same_as and fillin.caught_by not in passed]


def matches(
    tried: list[Fillin],
    recordings: Mapping[str, Recording],
    messages: Mapping[str, str],
    context: Mapping[str, str],
    replay: Replay,
) -> dict[str, list[Match]]:
    """For each failed check by name the mistakes that explain it, the likeliest first.

    `messages` has what was said of each failed check, `context` the fill-ins of other tasks. What there was
    no time for is left out, and so is a mistake that would have shown otherwise than it did in any of them.
    """
    found: dict[str, list[Match]] = {name: [] for name in messages}
    refuted: set[str] = set()
    for name, message in messages.items():
        found[name] += [
            Match(fillin, name, 1)
            for fillin in tried
            if fillin.symptom and fillin.caught_by == name and re.search(fillin.symptom, message)
        ]
    try:
        for name, recording in recordings.items():
            exchanges = [each for each in recording.exchanges if not costly(each.request)]
            given, right = _given(exchanges), rights(recording, exchanges, context, replay)
            others = _other_rights(tried, recording, exchanges, context, replay)
            for fillin in tried:
                if not fillin.symptom and fillin.name not in refuted:
                    side = _Side(given, right, others)
                    choice = {**context, fillin.task: fillin.name}
                    _replayed(choice, recording, exchanges, replay, side)
                    found[name] += side.match(fillin, name)
                    if not side.agrees:
                        refuted.add(fillin.name)
    except OutOfTime:
        pass
    held = {name: [m for m in some if m.fillin.name not in refuted] for name, some in found.items()}
    return _ranked(held)


def follows_from(context: Mapping[str, str], recordings: Mapping[str, Recording], replay: Replay) -> bool:
    """Whether right answers over the mistakes of other tasks give what the student's code gave."""
    try:
        for recording in recordings.values():
            exchanges = [each for each in recording.exchanges if not costly(each.request)]
            right = rights(recording, exchanges, {}, replay)
            side = _Side(_given(exchanges), right)
            _replayed(context, recording, exchanges, replay, side)
            if not side.match(None, ""):
                return False
    except OutOfTime:
        return False
    return bool(recordings)


def accounts_for(choice: Mapping[str, str], recordings: Mapping[str, Recording], replay: Replay) -> bool:
    """Whether the chosen fill-ins give what every recording holds, to the last part."""
    for recording in recordings.values():
        exchanges = [each for each in recording.exchanges if not costly(each.request)]
        side = _Side(_given(exchanges), rights(recording, exchanges, {}, replay))
        ask = replay.session(choice, recording.seed)
        for number, exchange in enumerate(exchanges):
            side.add(number, parts_of(number, exchange.request, ask(_other_seed(exchange.request))))
        if not side.agrees:
            return False
    return bool(recordings)


def rights(
    recording: Recording, exchanges: list[Exchange], context: Mapping[str, str], replay: Replay
) -> Parts:
    """The parts of right answers to the exchanges, over the fill-ins of other tasks in `context`."""
    return _replayed(context, recording, exchanges, replay)


def _other_rights(
    tried: list[Fillin],
    recording: Recording,
    exchanges: list[Exchange],
    context: Mapping[str, str],
    replay: Replay,
) -> list[Parts]:
    """The parts of right answers that give something else than the reference does."""
    known = fillins(tried[0].task).values() if tried else ()
    names = [fillin.name for fillin in known if fillin.kind == "correct" and fillin.another]
    return [_replayed({**context, tried[0].task: name}, recording, exchanges, replay) for name in names]


def costly(request: dict) -> bool:
    """Whether a request takes seconds: the pretrained network, or training until something is learned."""
    if request["op"] == "drive":
        return request["kwargs"].get("optimizer") == "Adam"
    return any(isinstance(each, Recipe) and each.name == "pretrained" for each in request["args"])


def _given(exchanges: list[Exchange]) -> Parts:
    parts: Parts = {}
    for number, exchange in enumerate(exchanges):
        _add(parts, parts_of(number, exchange.request, exchange.answer))
    return parts


def _add(parts: Parts, more: Parts) -> None:
    for key, part in more.items():
        known = parts.get(key)
        parts[key] = known + part if isinstance(known, Draws) and isinstance(part, Draws) else part


class _Side:
    """One mistake's parts beside the given ones, as they come in."""

    def __init__(self, given: Parts, right: Parts, others: Sequence[Parts] = ()) -> None:
        self._given, self._right, self._parts = given, right, {}
        self._rights = [right, *others]

    def add(self, number: int, parts: Parts) -> bool:
        """Take the parts of the next answer; say whether it is worth going on."""
        _add(self._parts, parts)
        if any(isinstance(part, Draws) for part in parts.values()):  # they are not all there yet
            return all(self._explains(key) or self._distance(key) < 1.3 for key in parts)
        return all(self._explains(key) for key in {**self._given, **parts} if key[1:2] == (number,))

    @property
    def agrees(self) -> bool:
        """Whether all parts that were given are what the mistake gives, and there are no others."""
        return all(self._explains(key) for key in self._keys())

    def match(self, fillin: Fillin | None, check: str) -> list[Match]:
        """The mistake as a match of a check, when it agrees and is told from what is right."""
        told = sum(
            all(differs(self._parts.get(key, MISSING), right.get(key, MISSING)) for right in self._rights)
            for key in self._keys()
        )
        if not told or not self.agrees:
            return []
        return [Match(fillin, check, told, sum(map(self._distance, self._keys())))]

    def _keys(self) -> Parts:
        return {**self._given, **self._parts}

    def _explains(self, key: tuple) -> bool:
        return explains(*(side.get(key, MISSING) for side in (self._parts, self._given, self._right)))

    def _distance(self, key: tuple) -> float:
        return distance(*(side.get(key, MISSING) for side in (self._parts, self._given)))


def _replayed(
    choice: Mapping[str, str],
    recording: Recording,
    exchanges: list[Exchange],
    replay: Replay,
    side: _Side | None = None,
) -> Parts:
    parts: Parts = {}
    ask = replay.session(choice, recording.seed)
    for number, exchange in enumerate(exchanges):
        request = _other_seed(exchange.request) if side else exchange.request
        answer = ask(request)
        more = parts_of(number, exchange.request, answer)
        _add(parts, more)
        if side and not side.add(number, more):
            break
        if isinstance(answer, Failure) and not isinstance(exchange.answer, dict):
            break
    return parts


def _other_seed(request: dict) -> dict:
    """Draws are compared by their statistics, never by the luck of one seed."""
    if request["op"] == "drive" and request["name"] == "train_transform_draws":
        kwargs = request["kwargs"]
        return request | {"kwargs": kwargs | {"seed": kwargs["seed"] ^ 0x5EED}}
    return request


def _ranked(found: dict[str, list[Match]]) -> dict[str, list[Match]]:
    """Each check's matches, best first: mistakes that explain the most checks, and tell the most."""
    score: dict[str, list[float]] = {}
    for each in (match for some in found.values() for match in some):
        entry = score.setdefault(each.fillin.name, [0, 0, 0.0])
        for k, gain in enumerate((1, each.told, -each.distance)):
            entry[k] += gain

    def rank(match: Match) -> tuple:
        return (*(-number for number in score[match.fillin.name]), match.fillin.name)

    return {name: sorted(some, key=rank) for name, some in found.items()}
