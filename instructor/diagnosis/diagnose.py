"""From failed checks and their recordings to the mistakes behind them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext

from instructor.checks.recording import Recording
from instructor.core.composition import fillins
from instructor.core.result import CheckResult, Diagnosis
from instructor.core.tasks import Task, code_tasks
from instructor.core.text import sanitize
from instructor.diagnosis.devices import NAME, named_device
from instructor.diagnosis.difference import difference
from instructor.diagnosis.match import Match, candidates, costly, follows_from, matches, rights
from instructor.diagnosis.passed import fails_one_of
from instructor.diagnosis.replay import OutOfTime, Replay

AS_OTHERS = "as others write it"  # why one is the same as another when it is the same mistake
SHOWN = 3  # mistakes that are named for one check


def diagnose(
    results: Sequence[CheckResult],
    recordings: Mapping[str, Recording],
    seconds: float = math.inf,
    left_out: Iterable[str] = (),
    replay: Replay | None = None,
    stumbled: Callable[[str], None] | None = None,
) -> list[CheckResult]:
    """The results, each failed one with the mistakes that explain it, or how its answer differs.

    `recordings` are those of failed checks by their names. `seconds` are of the processor, for all replays;
    a `replay` of the caller's own has its own time and stays open. `left_out` names fill-ins that are not
    tried. Where the diagnosis of a task goes wrong, its results stay as they are and `stumbled` is told in a
    sentence; without it the error is raised.
    """
    named: dict[str, str] = {}  # the mistake found in a task
    said: dict[str, CheckResult] = {}
    with Replay(seconds) if replay is None else nullcontext(replay) as replay:
        for task in _needs_first():
            own = [result for result in results if result.task == task.id]
            failed = [each for each in own if each.outcome == "failed" and not each.not_started]
            if failed:
                context = {need: named[need] for need in _all_needs(task) if need in named}
                try:
                    explained = _explained(task, own, failed, recordings, context, replay, set(left_out))
                except Exception as error:
                    if stumbled is None:
                        raise
                    what = f"{type(error).__name__}: {sanitize(str(error), 500)}"
                    stumbled(f"The diagnosis of {task.id} stumbled: {what}")
                    continue
                said |= {each.name: each for each in explained}
                first = next((d for each in explained for d in each.diagnosis if d.fillin != NAME), None)
                if first:
                    named[task.id] = first.fillin
    return [said.get(result.name, result) for result in results]


def _explained(
    task: Task,
    own: list[CheckResult],
    failed: list[CheckResult],
    recordings: Mapping[str, Recording],
    context: Mapping[str, str],
    replay: Replay,
    left_out: set[str],
) -> list[CheckResult]:
    kept = {each.name: recordings[each.name] for each in failed if each.name in recordings}
    kept = {name: recording for name, recording in kept.items() if recording.exchanges}
    cheap = {n: r for n, r in kept.items() if not all(costly(each.request) for each in r.exchanges)}
    if context and follows_from(context, cheap, replay):
        causes = ", ".join(context)
        sentence = f"Your code is right for what {causes} gives at present: look there first."
        return [dataclasses.replace(each, difference=sentence) for each in failed]
    tried = [fillin for fillin in candidates(task.id, own) if fillin.name not in left_out]
    messages = {each.name: each.message for each in failed}
    found = matches(tried, cheap, messages, context, replay)
    found = _not_refuted(found, {each.name for each in own if each.passed}, context, replay)
    best = _once([match for some in found.values() for match in some])
    explained = []
    for each in failed:
        chosen = found[each.name] or ([] if each.name in cheap else best)
        diagnosis = tuple(_diagnosis(match, task) for match in _with_its_like(chosen)[:SHOWN])
        if not diagnosis and (device := named_device(each.message)):
            diagnosis = (device,)
        said = "" if diagnosis else _difference(cheap.get(each.name), context, replay)
        explained.append(dataclasses.replace(each, diagnosis=diagnosis, difference=said))
    return explained


def _not_refuted(
    found: dict[str, list[Match]], passed: set[str], context: Mapping[str, str], replay: Replay
) -> dict[str, list[Match]]:
    """The matches of mistakes that would have passed what was passed."""
    named = {match.fillin.name: match.fillin for some in found.values() for match in some}
    try:
        wrong = {name for name, fillin in named.items() if fails_one_of(fillin, passed, context, replay)}
    except OutOfTime:
        return {name: [] for name in found}
    return {name: [match for match in some if match.fillin.name not in wrong] for name, some in found.items()}


def _once(found: list[Match]) -> list[Match]:
    """The matches, each mistake once."""
    return list({match.fillin.name: match for match in reversed(found)}.values())[::-1]


def _with_its_like(chosen: list[Match]) -> list[Match]:
    """Each match, followed by other mistakes that give the same: which of them it is, nobody can tell."""
    found = []
    for match in chosen:
        known = fillins(match.fillin.task).values()
        like = (each for each in known if each.same_as.partition(" ")[0] == match.fillin.name)
        other = (each for each in like if AS_OTHERS not in each.same_as)
        found += [match, *(dataclasses.replace(match, fillin=each) for each in other)]
    return found


def _diagnosis(match: Match, task: Task) -> Diagnosis:
    fillin = match.fillin
    return Diagnosis(fillin.name, fillin.sentence, fillin.hint, fillin.formula or task.formula)


def _difference(recording: Recording | None, context: Mapping[str, str], replay: Replay) -> str:
    if recording is None:
        return ""
    exchanges = [each for each in recording.exchanges if not costly(each.request)]
    try:
        return difference(exchanges, rights(recording, exchanges, context, replay))
    except OutOfTime:
        return ""


def _needs_first() -> list[Task]:
    """The tasks with a block, each after those that it needs."""
    ordered: dict[str, Task] = {}
    tasks = {task.id: task for task in code_tasks()}

    def add(task: Task) -> None:
        for need in task.needs:
            if need in tasks and need not in ordered:
                add(tasks[need])
        ordered[task.id] = task

    for task in tasks.values():
        add(task)
    return list(ordered.values())


def _all_needs(task: Task) -> list[str]:
    tasks = {each.id: each for each in code_tasks()}
    found: dict[str, None] = {}
    for need in task.needs:
        if need in tasks:
            found |= dict.fromkeys([*_all_needs(tasks[need]), need])
    return list(found)
