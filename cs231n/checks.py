"""Instant checks of your TODO blocks, on inputs so small that a person can work out the answer (given).

    from cs231n import checks
    checks.report("sim", "compute_sim_matrix")
    checks.progress()

They find most mistakes, not all. What your code prints is not shown while a check runs.
"""

import base64
import contextlib
import io
import random
import sys
import time
import traceback
from dataclasses import dataclass

import torch
import tqdm

from .cards import Progress, card
from .check_examples import EXAMPLES
from .check_examples.expect import CheckFailed
from .todo import TASK_FILES, TaskNotStarted


@dataclass(frozen=True)
class Verdict:
    """What a check found: status is "passed", "wrong" or "not started"; message is empty when passed."""

    task: str
    status: str
    message: str
    seconds: float

    def __str__(self):
        return f"{self.task}: {self.status}" + (f" - {self.message}" if self.message else "")


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
        raise ValueError(f"There is no task {task!r}; choose from {', '.join(EXAMPLES)}.")
    start = time.perf_counter()
    status, message = "passed", ""
    with _undisturbed():
        for example in EXAMPLES[task]:
            status, message = _try(task, example)
            if status != "passed":
                break
    return Verdict(task, status, message, time.perf_counter() - start)


@contextlib.contextmanager
def attempt():
    """A `with` block that an unfilled TODO block ends early, with one sentence instead of an error."""
    try:
        yield
    except TaskNotStarted as unfilled:
        print(unfilled)


def _show(picture):
    """Display a picture when a notebook's kernel is there to do it."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):
        return
    file = io.BytesIO()
    picture.save(file, "PNG")
    data = {"image/png": base64.b64encode(file.getvalue()).decode("ascii")}
    shell.display_pub.publish(data, {"image/png": {"width": picture.width // 2}})


def _try(task, example):
    """Status and message of one example."""
    try:
        example()
    except TaskNotStarted as unfilled:
        return "not started", "" if unfilled.task == task else f"it needs {unfilled.task} first"
    except CheckFailed as failed:
        return "wrong", str(failed)
    except (Exception, SystemExit) as error:
        return "wrong", f"it raised {type(error).__name__}: {error}{place_of(task, error)}"
    return "passed", ""


def place_of(task, error):
    """Return where in the student's file an error came from, " (line ... of ...)", or nothing."""
    if isinstance(error, SyntaxError):
        return ""  # its own text names the file and the line
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.replace("\\", "/").endswith(TASK_FILES[task])
    ]
    return f" (line {lines[-1]} of {TASK_FILES[task]})" if lines else ""


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
