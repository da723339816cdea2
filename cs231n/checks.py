"""Instant checks of your TODO blocks, on inputs so small that a person can work out the answer (given).

    from cs231n import checks
    checks.report("sim", "compute_sim_matrix")
    checks.progress()

They find most mistakes, not all. What your code prints is not shown while a check runs.
"""

import contextlib
import io
import random
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import torch
import tqdm

from .blocks import Module
from .cards import Progress, card
from .check_examples import EXAMPLES
from .check_examples.errors import meaning_of
from .check_examples.expect import CheckFailed
from .todo import TASK_FILES, TaskNotStarted, table
from .words import t


@dataclass(frozen=True)
class Verdict:
    """What a check found: status is "passed", "wrong" or "not started"; message is empty when passed.

    `where` is the place in the student's file to look at, as "cs231n/simclr/utils.py:33"; empty when passed.
    """

    task: str
    status: str
    message: str
    seconds: float
    where: str = ""

    def __str__(self):
        said = self.message
        if self.status == "not started" and not said:
            said = self.where.partition(":")[0]
        return f"{self.task}: {self.status}" + (f" - {said}" if said else "")


def report(*tasks):
    """Check the named tasks, or all of them: print a line for each, and in a notebook show a card."""
    verdicts = []
    for task in tasks or EXAMPLES:
        verdicts.append(check(task))
        print(verdicts[-1])
    _show(card(verdicts))


def progress():
    """Check all tasks and return a table of them, with their points."""
    return Progress([check(task) for task in EXAMPLES])


def check(task):
    """Try the examples of one task up to the first that fails, and return the Verdict.

    Raises ValueError for an unknown task. Random numbers drawn afterwards are as if no check had run.
    """
    if task not in EXAMPLES:
        raise ValueError(
            t("There is no task {task!r}; choose from {tasks}.", task=task, tasks=", ".join(EXAMPLES))
        )
    start = time.perf_counter()
    status, message, where = "passed", "", ""
    with _undisturbed():
        for example in EXAMPLES[task]:
            status, message, where = _try(task, example)
            if status != "passed":
                break
    return Verdict(task, status, message, time.perf_counter() - start, where)


@contextlib.contextmanager
def attempt():
    """A `with` block that an unfilled TODO block ends early, with one sentence instead of an error."""
    try:
        yield
    except TaskNotStarted as unfilled:
        print(unfilled)


def _show(page):
    """Display HTML when a notebook's kernel is there to do it."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and hasattr(shell, "kernel"):
        shell.display_pub.publish({"text/html": page})


def _try(task, example):
    """Status and message of one example, and the place in the student's file to look at."""
    try:
        example()
    except TaskNotStarted as unfilled:
        first = unfilled.task
        return "not started", "" if first == task else t("it needs {task} first", task=first), place(first)
    except CheckFailed as failed:
        return "wrong", str(failed), place(task)
    except (Exception, SystemExit) as error:
        return "wrong", told(task, error), place(task, _line_of(task, error))
    return "passed", "", ""


def told(task, error):
    """Return a sentence about an error of the student's code: what it means, its own words, and its place."""
    sentence = t("it raised {kind}: {text}", kind=type(error).__name__, text=error)
    if (line := _line_of(task, error)) and not isinstance(error, SyntaxError):  # which says so itself
        sentence += t(" (line {line} of {file})", line=line, file=TASK_FILES[task])
    meaning = meaning_of(error)
    return f"{meaning}\n{sentence}" if meaning else sentence


def place(task, line=None):
    """Return a line of a task's file as "cs231n/simclr/utils.py:33"; without one, where its block begins."""
    if task not in TASK_FILES:
        return ""
    return f"{TASK_FILES[task]}:{line or _block_line(task)}"


def _block_line(task):
    """The number of the line below the START line of a task's block; 1 where there is none."""
    file = Path(__file__).parents[1] / TASK_FILES[task]
    try:
        blocks = Module(file.read_text(encoding="utf-8")).inside(table()["tasks"][task]["block"])
    except (OSError, ValueError):
        return 1
    return blocks[0].start + 2 if blocks else 1


def _line_of(task, error):
    """The line of the task's file that an error came from, or None."""
    file = TASK_FILES[task]
    if isinstance(error, SyntaxError):
        return error.lineno if _is(error.filename, file) else None
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if _is(frame.filename, file)]
    return lines[-1] if lines else None


def _is(path, file):
    return str(path).replace("\\", "/").endswith(file)


@contextlib.contextmanager
def _undisturbed():
    """Without progress bars, without the prints of the student's code, and with the random state put back."""
    python_state = random.getstate()
    bar = tqdm.std.tqdm
    start_bar = bar.__init__

    def start_silently(self, *arguments, **options):
        start_bar(self, *arguments, **{**options, "disable": True})

    hidden = io.StringIO()
    bar.__init__ = start_silently
    try:
        with (
            torch.random.fork_rng(devices=[]),
            contextlib.redirect_stdout(hidden),
            contextlib.redirect_stderr(hidden),
        ):
            torch.manual_seed(0)
            yield
    finally:
        bar.__init__ = start_bar
        random.setstate(python_state)
