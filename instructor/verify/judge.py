"""What the verdicts of many trials say about each task's checks, and what does not hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from instructor.core.composition import Fillin, fillins
from instructor.core.tasks import Task
from instructor.verify.trials import EVERY_CHECK, UNTOUCHED, Verdict

FILE = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True)
class Row:
    """What holds for one task: each pair counts the fill-ins for which it holds with every seed, and all.

    `faults` are what must not be. `notes` tell where a wrong answer, caught with every seed, earns more with
    one seed than with another.
    """

    task: Task
    untouched: tuple[int, int]
    reference: tuple[int, int]
    accepted: tuple[int, int]
    caught: tuple[int, int]
    as_intended: tuple[int, int]
    faults: tuple[str, ...]
    mutants: tuple[int, int] = (0, 0)
    notes: tuple[str, ...] = ()


def judge(task: Task, verdicts: Iterable[Verdict]) -> Row:
    """What the verdicts, one for each fill-in of the task and each seed, say about the task's checks."""
    by_name: dict[str, list[Verdict]] = {}
    tried: list[Verdict] = []
    for verdict in verdicts:
        if verdict.trial.task != task.id:
            continue
        if verdict.trial.body:
            tried.append(verdict)
        else:
            by_name.setdefault(verdict.trial.fillin, []).append(verdict)
    known = fillins(task.id)
    columns: dict[str, list[bool]] = {
        "untouched": [],
        "reference": [],
        "correct": [],
        "wrong": [],
        "intended": [],
    }
    faults: list[str] = []
    notes: list[str] = []
    for name, each in by_name.items():
        kind = UNTOUCHED if name == UNTOUCHED else known[name].kind
        found = [fault for verdict in each for fault in _faults(task, known.get(name), verdict)]
        notes += _told(task, name, _unsteady(each), len(each)) if kind == "wrong" else []
        columns[kind].append(not any(fault.weighty for fault in found))
        if kind == "wrong":
            columns["intended"].append(not found)
        faults += _told(task, name, found, len(each))
    untouched, reference, accepted, caught, as_intended = ((sum(c), len(c)) for c in columns.values())
    killed = _mutants(task, tried, faults)
    return Row(task, untouched, reference, accepted, caught, as_intended, tuple(faults), killed, tuple(notes))


def _mutants(task: Task, verdicts: Sequence[Verdict], faults: list[str]) -> tuple[int, int]:
    """How many mutants are caught or right after all, and how many there are; adds what does not hold."""
    right, well = equivalent(), 0
    for verdict in verdicts:
        change = verdict.trial.body.sentence
        reason = (task.id, change) in right
        if bool(verdict.failed) == reason:
            word = "was caught, though it is listed as right" if reason else "survives"
            faults.append(f"{task.id}, mutant: {word}: {change}")
        else:
            well += 1
    return well, len(verdicts)


@dataclass(frozen=True)
class _Fault:
    """Something that does not hold with one seed; a weighty one makes the verdict itself wrong."""

    seed: int
    sentence: str
    weighty: bool = True


def _faults(task: Task, fillin: Fillin | None, verdict: Verdict) -> list[_Fault]:
    seed, failed = verdict.trial.seed, verdict.failed
    faults = [_Fault(seed, sentence) for sentence in verdict.broken]
    if fillin is None:
        started = [check.name for check in verdict.checks if not check.not_started]
        if started or verdict.earned:
            faults.append(
                _Fault(seed, f"earned {verdict.earned:g} points; {', '.join(started)} saw an answer")
            )
    elif fillin.kind != "wrong":
        messages = {check.name: check.message for check in verdict.checks}
        faults += [_Fault(seed, f"failed {name}: {messages[name]}") for name in failed]
    elif not failed or verdict.earned >= task.points:
        faults.append(_Fault(seed, "was not caught"))
    elif fillin.caught_by not in failed:
        sentence = f"was caught by {', '.join(failed)}, not by {fillin.caught_by}"
        faults.append(_Fault(seed, sentence, weighty=False))
    if fillin is not None and verdict.trial.extent == EVERY_CHECK:
        due = _due(task, verdict)
        if verdict.earned != due:
            faults.append(_Fault(seed, f"earned {verdict.earned:g} of {task.points} points, {due} are due"))
    return faults


def _due(task: Task, verdict: Verdict) -> int:
    """What tasks.toml gives for the checks that passed, added up without the grader's scoring."""
    lost = {check.aspect for check in verdict.checks if not check.passed}
    tried = {check.aspect for check in verdict.checks}
    return sum(points for aspect, points in task.aspects.items() if aspect in tried - lost)


def _unsteady(verdicts: Sequence[Verdict]) -> list[_Fault]:
    """Checks that a wrong answer fails with some seeds and passes with others."""
    passed: dict[str, dict[int, bool]] = {}
    for verdict in verdicts:
        for check in verdict.checks:
            passed.setdefault(check.name, {})[verdict.trial.seed] = check.passed
    faults = []
    for name, by_seed in passed.items():
        if len(set(by_seed.values())) > 1:
            rarer = sum(by_seed.values()) * 2 <= len(by_seed)
            word = "passed" if rarer else "was caught by"
            faults += [
                _Fault(seed, f"{word} {name}", False) for seed, good in by_seed.items() if good == rarer
            ]
    return faults


def _told(task: Task, name: str, faults: Sequence[_Fault], seeds: int) -> list[str]:
    """One sentence for each kind of fault, with the seeds that show it."""
    by_sentence: dict[str, list[int]] = {}
    for fault in faults:
        by_sentence.setdefault(fault.sentence, []).append(fault.seed)
    return [
        f"{task.id}, {name}: {sentence}"
        + ("" if len(shown) == seeds else f" (only with seed {', '.join(map(str, shown))})")
        for sentence, shown in by_sentence.items()
    ]


@cache
def equivalent(path: Path = FILE) -> dict[tuple[str, str], str]:
    """The reason for each (task, change) in the file. Raises ValueError when one has no reason."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    for entry in entries:
        if not entry.get("because", "").endswith("."):
            raise ValueError(f"{path.name}: say in a sentence why {entry['change']!r} is a right answer")
    return {(entry["task"], entry["change"]): entry["because"] for entry in entries}
