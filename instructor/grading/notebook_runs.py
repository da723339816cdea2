"""The notebook tasks: nbval runs the kit's own notebooks beside the student's modules.

A notebook earns its points times two shares. The first is the share of check cells (those marked
NBVAL_CHECK_OUTPUT) that print what they should; a cell counts only if the tasks it names passed their hidden
checks, so that merely printing the expected text earns nothing. The second is the share of all code cells
that run without an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from instructor.core.result import CheckResult
from instructor.core.text import sanitize
from instructor.grading.nbval_process import run_nbval
from instructor.sandbox.jail import Jail, JailBroken
from instructor.sandbox.limits import Limits

MARK = "NBVAL_CHECK_OUTPUT"


@dataclass(frozen=True)
class NotebookResult:
    """What a notebook earned, as a share of its points, and its check cells and errors one by one."""

    share: float
    checks: tuple[CheckResult, ...]


def run_notebook(
    notebook: Path,
    jail: Jail,
    right: Collection[str],
    quick: bool = True,
    step: Callable[[], None] = lambda: None,
) -> NotebookResult:
    """Run the kit's own `notebook` in a jail that holds the student's package.

    `right` holds the ids of the tasks that passed the hidden checks.
    """
    cells = code_cells(notebook)
    if not cells:
        return _not_run(notebook, "the kit holds no such notebook")
    answers = []
    try:
        for answer in run_nbval(notebook, jail, quick):
            answers.append(answer)
            step()
    except JailBroken as error:
        return _not_run(notebook, str(error))
    if starved := next((answer["starved"] for answer in answers if "starved" in answer), ""):
        return _not_run(notebook, starved)
    reason = next((answer["reason"] for answer in answers if "reason" in answer), "")
    said = {answer["cell"]: answer for answer in answers if "cell" in answer}
    if not said and not reason:
        return _not_run(notebook, next(answer["failure"] for answer in answers if "failure" in answer))
    checks = tuple(_judge(notebook.stem, cells, said, reason, right, jail.limits))
    marked = [check for check in checks if check.name.endswith(" check")]
    if not marked:
        return _not_run(notebook, "the kit's notebook holds no check cell with a stored verdict")
    ran = sum(answer["ran"] for answer in said.values()) / len(cells)
    return NotebookResult(ran * sum(check.passed for check in marked) / len(marked), checks)


def _not_run(notebook: Path, why: str) -> NotebookResult:
    """The result of a notebook of which nothing can be said."""
    name = notebook.stem
    check = CheckResult(name, name, "runs", "The notebook starts.", "not run", sanitize(why))
    return NotebookResult(0.0, (check,))


def _judge(
    name: str,
    cells: list[dict],
    said: dict[int, dict],
    problem: str,
    right: Collection[str],
    limits: Limits,
) -> Iterator[CheckResult]:
    """A verdict on every check cell, and on every other cell that did not run."""
    for number, cell in enumerate(cells):
        answer, place = said.get(number), f"{name} cell {number + 1}"
        expected = _stored_text(cell) if MARK in cell["source"] else ""
        if not expected and (answer is None or answer["ran"]):
            continue
        message = _message(answer, expected, problem, right, limits)
        label = f"Code cell {number + 1} " + (f"prints: {expected.strip()}" if expected else "runs.")
        yield CheckResult(
            name=f"{place} check" if expected else place,
            task=name,
            aspect="runs",
            label=sanitize(label, 500),
            outcome="failed" if message else "passed",
            message=sanitize(message),
            seconds=answer["seconds"] if answer else 0.0,
        )


def _message(answer: dict | None, expected: str, problem: str, right: Collection[str], limits: Limits) -> str:
    """What is wrong with a cell; nothing when it counts."""
    if answer is None or (not answer["ran"] and problem):
        return f"the notebook did not get here: {problem}" if problem else "the notebook did not get here"
    if not answer["ran"]:
        return answer["error"] + limits.named_in(answer["error"])
    if not answer["passed"]:
        return f"it printed instead: {answer['printed'].strip() or 'nothing'}"
    named = set(re.findall(r"^(\w+): passed", expected, flags=re.MULTILINE))
    if wrong := sorted(named - set(right)):
        return f"it printed what it should, but the hidden checks did not all pass for {', '.join(wrong)}"
    return ""


def code_cells(notebook: Path) -> list[dict]:
    """The code cells of a notebook, their sources as one text; none when there is no such notebook."""
    if not notebook.is_file():
        return []
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def _stored_text(cell: dict) -> str:
    return "".join("".join(output.get("text", "")) for output in cell["outputs"])
