"""Questions for a talk of five minutes with a student about their own work, made of that work alone.

They come from the lines between the markers, from the mistakes that grading recognized, from known mistakes
that the student did not make, and from the written answers. Which of them are asked is drawn by the
student's name, and no two students of a class are asked the same five.
"""

from __future__ import annotations

import ast
import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from cs231n.blocks import Module
from instructor.classroom.hand_grades import questions
from instructor.core.composition import fillins
from instructor.core.result import PASSED, Result
from instructor.core.tasks import Task, code_tasks
from instructor.core.text import sanitize
from instructor.grading.intake import Submission

COUNT = 5
LONGEST = 240  # characters of a line or an answer that are quoted
OWN, MISTAKE, AVOIDED, ANSWER, CHANGE = "code", "mistake", "avoided", "answer", "change"
SHAPES = {  # what to think through, with inputs small enough for a board
    "compute_saliency_maps": "X of shape (2, 3, 4, 4)",
    "make_fooling_image": "X of shape (1, 3, 4, 4)",
    "class_visualization_update_step": "an image of shape (1, 3, 4, 4)",
    "linear_probe": "four training images and two test images, of two features each",
    "integrated_gradients": "X of shape (2, 3, 4, 4) and 8 steps",
}
CHANGES = (
    "what happens in it with a batch of one?",
    "what would you change so that it runs on a GPU and on a laptop without one?",
    "which line takes the most time, and how would you find out?",
    "how would you show, with an example by hand, that it is right?",
    "which mistake here would no error message tell you of?",
)


@dataclass(frozen=True)
class Question:
    """One question: what `kind` it is of, the task or cell that it is about, and its text."""

    kind: str
    about: str
    text: str


def interviews(
    class_work: Mapping[str, tuple[Submission, Result | None, Mapping[str, str]]],
) -> dict[str, list[Question]]:
    """Five questions for each student, by name; no two students get the same five.

    The work of each is what was handed in, the result of grading it if there is one, and the written answers.
    Where there is too little to ask about, there are fewer than five.
    """
    found: dict[str, list[Question]] = {}
    taken: set[frozenset[Question]] = set()
    for name, work in sorted(class_work.items()):
        every = list(candidates(*work))
        for attempt in count():
            drawn = _drawn(every, f"{name} {attempt}")
            if frozenset(drawn) not in taken or attempt > 200 or len(every) <= COUNT:
                break
        taken.add(frozenset(drawn))
        found[name] = drawn
    return found


def candidates(
    submission: Submission, result: Result | None, answers: Mapping[str, str]
) -> Iterator[Question]:
    """Everything that can be asked about a submission."""
    passed = {task.id for task in result.tasks if task.status == PASSED} if result else set()
    yield from _about_mistakes(result)
    for task in code_tasks():
        module = Module(submission.modules.get(task.module, b"").decode("utf-8", "replace"))
        lines = list(_written_lines(module, task))
        yield from _about_lines(module, task, lines)
        if lines:
            yield from _about_the_whole(task)
        if lines and task.id in passed:
            yield from _about_avoided(task)
    for cell, text in questions().items():
        if answer := answers.get(cell):
            yield from _about_an_answer(cell, text, answer)


def _drawn(every: Sequence[Question], seed: str) -> list[Question]:
    """Up to five: of each kind one, then more, about code and tasks that were not asked about first."""
    dice = random.Random(hashlib.sha256(seed.encode()).digest())
    shuffled = dice.sample(every, len(every))
    chosen: list[Question] = []
    for kind in (MISTAKE, OWN, ANSWER, AVOIDED, CHANGE):
        fresh = [each for each in shuffled if each.kind == kind and not _asked_about(each, chosen)]
        chosen += fresh[:1]
    rest = [each for each in shuffled if each not in chosen]
    rest.sort(key=lambda each: (_asked_about(each, chosen), each.kind != OWN))
    return [*chosen, *rest][:COUNT]


def _asked_about(question: Question, chosen: Iterable[Question]) -> bool:
    return any(question.about == each.about for each in chosen)


def _about_mistakes(result: Result | None) -> Iterator[Question]:
    for task in result.tasks if result else []:
        for check in task.checks:
            for diagnosis in check.diagnosis[:1]:
                yield Question(
                    MISTAKE,
                    task.id,
                    f"{task.title}: grading takes this for the mistake: “{diagnosis.misconception}” Do you "
                    "agree? Show the line, and say what you would write now, and why.",
                )


def _written_lines(module: Module, task: Task) -> Iterator[tuple[int, str]]:
    """The student's own lines of a task with their numbers, those without a thought in them aside."""
    for block in module.inside(task.block or ""):
        for number in range(block.start + 1, block.end):
            line = module.lines[number].strip()
            told = number not in module.quoted and not line.startswith(("#", "raise TaskNotStarted"))
            if told and len(line) > 8 and line not in ("return", "continue"):
                yield number + 1, sanitize(line, LONGEST)


def _about_lines(module: Module, task: Task, lines: Sequence[tuple[int, str]]) -> Iterator[Question]:
    names = _assigned(module)
    small = SHAPES.get(task.id, "two rows of features, each of three numbers")
    for number, line in lines:
        place = f"{task.module}, line {number}: {line}"
        yield Question(OWN, task.id, f"{place}\n   What does this line do, and what breaks without it?")
        if name := names.get(number):
            yield Question(
                OWN, task.id, f"{place}\n   With {small}: which shape has {name} after it, and why?"
            )
        for constant in re.findall(r"(?<![\w.])\d*\.\d+(?:e-?\d+)?|\b1e-\d+", line)[:1]:
            yield Question(
                OWN, task.id, f"{place}\n   Where does {constant} come from? What if it were ten times that?"
            )


def _assigned(module: Module) -> dict[int, str]:
    """What is assigned in which line."""
    found = {}
    for node in ast.walk(module.tree) if module.tree else ():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.lineno] = node.targets[0].id
    return found


def _about_the_whole(task: Task) -> Iterator[Question]:
    for change in CHANGES:
        yield Question(CHANGE, task.id, f"{task.title} ({task.id}): {change}")
    if task.formula:
        yield Question(CHANGE, task.id, f"{task.title}: show each part of this in your lines: {task.formula}")


def _about_avoided(task: Task) -> Iterator[Question]:
    """Known mistakes that a task which passed does not hold."""
    for fillin in fillins(task.id).values():
        if fillin.kind == "wrong" and not fillin.symptom:
            yield Question(
                AVOIDED,
                task.id,
                f"{task.title}: somebody else's code had this mistake: “{fillin.sentence}” What comes out "
                "then, and which of your lines keeps you from it?",
            )


def _about_an_answer(cell: str, text: str, answer: str) -> Iterator[Question]:
    heading = re.match(r"\*\*(.{1,60}?)\.?\*\*", text)
    quoted = " ".join(answer.split())
    quoted = f"{quoted[:LONGEST]}…" if len(quoted) > LONGEST else quoted
    begin = f"{heading[1] if heading else 'A question'}: you wrote “{quoted}”"
    for asked in (
        "Say it again in other words, with an example.",
        "What did you see that made you write this, and what would have changed your mind?",
    ):
        yield Question(ANSWER, cell, f"{begin}\n   {asked}")
