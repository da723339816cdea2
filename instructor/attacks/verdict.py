"""What must hold for a sample, held against what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from instructor.attacks.experiment import LIGHT, Round
from instructor.attacks.samples import Sample
from instructor.core.tasks import load_tasks

RAW = (b"\x1b", b"\x9b", b"\x07", b"\x00")  # what no report holds as it is: orders to a terminal


@dataclass(frozen=True)
class Verdict:
    """What a sample got: points beyond its honest part, canaries, neighbours, left-overs; and all faults."""

    sample: Sample
    gained: float
    leaked: int
    harmed: int
    left: int
    faults: tuple[str, ...]
    seconds: float


def judge(one: Round) -> Verdict:
    """The verdict on one round of the experiment."""
    sample, answer = one.sample, one.answer
    tasks = answer["tasks"]
    earned, (least, most) = sum(tasks[task][0] for task in sample.tasks if task in tasks), sample.earns
    gained = max(earned - most, 0.0)
    faults = [f"earned {gained:g} points more than its honest part"] if gained else []
    if earned < least and not sample.refused:
        faults.append(f"earned {least - earned:g} points fewer than stated")
    faults += [f"a canary was found: {leak}" for leak in answer["leaks"]]
    faults += [f"harmed {whom}" for whom in one.harmed]
    faults += [f"left {thing}" for thing in one.left]
    faults += [f"the grader stumbled: {what}" for what in answer["internal"]]
    faults += _honest_part(sample, answer)
    faults += _told(sample, answer)
    faults += _misleading(Path(answer["reports"]))
    return Verdict(
        sample,
        gained,
        len(answer["leaks"]),
        len(one.harmed),
        len(one.left),
        tuple(faults),
        one.seconds,
    )


def _honest_part(sample: Sample, answer: dict) -> list[str]:
    """Tasks that the sample does not attack bring all of their points; a notebook on attacked ones none."""
    if answer["problem"]:
        return []
    needs = {task.id: set(task.needs) for task in load_tasks()}
    faults = []
    for task in (*LIGHT, *([sample.notebook] if sample.notebook else [])):
        if task in sample.tasks:
            continue
        earned, points, _ = answer["tasks"].get(task, (0, 1, ""))
        due = 0 if sample.notebook == task and needs[task] & set(sample.tasks) else points
        if earned != due:
            faults.append(f"{task} brought {earned:g} points, {due:g} are due")
    return faults


def _told(sample: Sample, answer: dict) -> list[str]:
    """What the student reads is what the sample states."""
    faults = []
    if sample.refused and sample.refused not in answer["problem"]:
        faults.append(f"was not refused with {sample.refused!r} but with {answer['problem']!r}")
    if answer["problem"] and not sample.refused:
        faults.append(f"was not graded: {answer['problem']}")
    if sample.says and not any(sample.says in message for message in answer["messages"]):
        said = list(dict.fromkeys(answer["messages"]))[:3]
        faults.append(f"does not read {sample.says!r} but {said}")
    if sample.remarks and not any(sample.remarks in remark for remark in answer["remarks"]):
        faults.append(f"no remark says {sample.remarks!r}")
    return faults


def _misleading(folder: Path) -> list[str]:
    """Reports are what they are meant to be, whatever a submission says."""
    faults = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if any(raw in data for raw in RAW):
            faults.append(f"{path.name} holds orders to a terminal")
        if path.suffix == ".html" and (b"<script" in data or b"<img src=x" in data):
            faults.append(f"{path.name} holds a page of the submission's")
        if path.suffix == ".xml":
            try:
                ElementTree.fromstring(data)
            except ElementTree.ParseError as error:
                faults.append(f"{path.name} is not XML: {error}")
    return faults
