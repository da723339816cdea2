"""The notebook tasks: nbval runs the kit's own notebooks beside the student's modules.

A notebook earns its points times two shares. The first is the share of check cells (those marked
NBVAL_CHECK_OUTPUT) that print what they should; a cell counts only if the tasks it names passed their hidden
checks, so that merely printing the expected text earns nothing. The second is the share of all code cells
that run without an error.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from instructor.grading.result import CheckResult
from instructor.sandbox.jail import Jail, JailBroken
from instructor.sandbox.limits import Limits
from instructor.sandbox.private import PrivateFolder
from instructor.sandbox.watch import kill_tree
from instructor.tasks import ROOT
from instructor.text import clean

INLINE = "module://matplotlib_inline.backend_inline"
MARK = "NBVAL_CHECK_OUTPUT"
CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port")
CONNECTION = "connection.json"
SLOW = 3  # times longer that notebooks may take when they run in full


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
        for answer in _answers(notebook, jail, quick):
            answers.append(answer)
            step()
    except JailBroken as error:
        answers.append({"failure": str(error)})
    reason = next((answer["reason"] for answer in answers if "reason" in answer), "")
    said = {answer["cell"]: answer for answer in answers if "cell" in answer}
    if not said:
        failures = [answer["failure"] for answer in answers if "failure" in answer]
        return _not_run(notebook, reason or failures[0])
    checks = tuple(_judge(notebook.stem, cells, said, reason, right, jail.limits))
    marked = [check for check in checks if check.name.endswith(" check")]
    if not marked:
        return _not_run(notebook, "the kit's notebook holds no check cell with a stored verdict")
    ran = sum(answer["ran"] for answer in said.values()) / len(cells)
    return NotebookResult(ran * sum(check.passed for check in marked) / len(marked), checks)


def _not_run(notebook: Path, why: str) -> NotebookResult:
    """The result of a notebook of which nothing can be said."""
    name = notebook.stem
    check = CheckResult(name, name, "runs", "The notebook starts.", "not run", clean(why))
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
            label=clean(label, 500),
            outcome="failed" if message else "passed",
            message=clean(message),
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


def _answers(notebook: Path, jail: Jail, quick: bool) -> Iterator[dict]:
    """What the nbval process tells, line by line, until it ends or its time is over."""
    limits, seconds = jail.limits, jail.limits.notebook_seconds * (1 if quick else SLOW)
    # A short path: the name of a Unix socket has at most 107 characters.
    with PrivateFolder("notebook", "/tmp") as private:
        folder = str(private)
        shutil.copy(notebook, private)
        kernel = _start_kernel(jail, private, quick, int(seconds) + 60)
        reading, writing = os.pipe()
        request = {
            "connection": str(private / CONNECTION),
            "kernel": kernel,
            "folder": folder,
            "notebook": str(private / notebook.name),
            "answer": writing,
            "limits": {**dataclasses.asdict(limits), "wire": None},
        }
        command = [sys.executable, "-m", "instructor.grading.nbval_run", json.dumps(request)]
        log = private / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                pass_fds=(writing, kernel),
                cwd=ROOT,
                env=_environment(),
            )
        os.close(writing)
        os.close(kernel)
        try:
            for answer in _lines(reading, time.monotonic() + seconds):
                if "reason" in answer:
                    answer["reason"] = jail.reason or answer["reason"]
                    jail.end_session()  # what is to be said of the kernel has been said
                yield answer
        except TimeoutError:
            yield {"reason": f"it did not finish within {seconds:.0f} s"}
        finally:
            os.close(reading)
            jail.end_session()
            kill_tree(process.pid)
            process.wait()
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        yield {"failure": lines[-1] if lines else "nbval did not start"}


def _start_kernel(jail: Jail, folder: Path, quick: bool, cpu_seconds: int) -> int:
    """Fork a kernel in the jail, on sockets in `folder`; return a descriptor that is ready when it ends."""
    connection = {"transport": "ipc", "ip": str(folder / "k"), "key": secrets.token_hex(16), "hb_port": 0}
    connection |= {channel: number for number, channel in enumerate(CHANNELS, 1)}
    connection |= {"signature_scheme": "hmac-sha256", "kernel_name": ""}
    (folder / CONNECTION).write_text(json.dumps(connection), encoding="utf-8")
    environment = {"MPLBACKEND": INLINE, **({"CS231N_QUICK": "1"} if quick else {})}
    with contextlib.ExitStack() as stack:
        listening = []
        for channel in CHANNELS:
            each = stack.enter_context(socket.socket(socket.AF_UNIX))
            each.bind(f"{connection['ip']}-{connection[channel]}")
            each.listen()
            each.setblocking(False)
            listening.append(each)
        return jail.kernel(connection, listening, environment, cpu_seconds)


def _lines(descriptor: int, deadline: float) -> Iterator[dict]:
    rest = b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        if not (chunk := os.read(descriptor, 1 << 16)):
            return
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, lines)


def _environment() -> dict[str, str]:
    """The grader's environment without what would change pytest or Jupyter."""
    dropped = ("PYTEST_", "JUPYTER", "IPYTHON", "JPY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
