"""Notebooks under nbval: what counts, what does not, and what a kernel can do to the grader."""

import dataclasses
import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from instructor.core.tasks import ROOT
from instructor.grading.notebook_runs import run_notebook
from instructor.sandbox.jail import Jail
from instructor.sandbox.limits import MIB, Limits

SMALL = {"memory": 1_000 * MIB, "output": 4 * MIB, "disk": 32 * MIB}
LIMITS = dataclasses.replace(Limits.load(), cell_seconds=3, notebook_seconds=60, **SMALL)
SEEN = """
import json, os, socket
from pathlib import Path
def reachable():
    with socket.create_connection(("127.0.0.1", PORT), 1):
        return True
answer = [os.getcwd(), sorted(os.listdir("/")), os.path.exists("ROOT/instructor"), sorted(os.environ)]
try:
    answer.append(reachable())
except OSError:
    answer.append(False)
raise RuntimeError(json.dumps(answer))
"""
FILL_FOLDER = """
import time
for n in range(100):
    with open(f"/tmp/{n}", "wb") as file:
        file.write(bytes(2**20))
time.sleep(3)
"""


def check_cell(source, *lines):
    """A cell that nbval compares with the given stored lines."""
    output = new_output("stream", name="stdout", text="".join(f"{line}\n" for line in lines))
    return new_code_cell(f"# NBVAL_CHECK_OUTPUT\n{source}", execution_count=1, outputs=[output])


def good_cell():
    return check_cell("print('sim: passed')", "sim: passed")


@pytest.fixture
def run(tmp_path):
    """Runs a notebook of the given cells beside an empty package; `run.both` several, in one jail."""

    def run_cells(*cells, **more):
        (result,) = both(cells, **more)
        return result

    def both(*notebooks, right=("sim", "train"), kind="bwrap", limits=LIMITS, endless=()):
        workspace = tmp_path / "submission"
        for folder in ("cs231n/simclr", "notebooks"):
            (workspace / folder).mkdir(parents=True, exist_ok=True)
        (workspace / "cs231n" / "__init__.py").write_text("")
        (workspace / "cs231n" / "simclr" / "__init__.py").write_text("")
        for path in (workspace, *workspace.rglob("*")):
            path.chmod(0o755)
        notebook = tmp_path / "Toy.ipynb"
        with Jail(workspace, kind, limits) as jail:
            for module in endless:
                jail.imports.note_endless(module)
            for cells in notebooks:
                nbformat.write(new_notebook(cells=list(cells)), notebook)
                yield run_notebook(notebook, jail, set(right))

    run_cells.both = both
    return run_cells


def test_a_share_is_that_of_check_cells_times_that_of_cells_that_run(run):
    wrong = check_cell("print('train: wrong - x')", "train: passed")
    result = run(good_cell(), good_cell(), new_code_cell("1 / 0"), wrong)
    assert result.share == pytest.approx(2 / 3 * 3 / 4)
    assert [check.outcome for check in result.checks] == ["passed", "passed", "failed", "failed"]
    assert result.checks[2].message == "ZeroDivisionError: division by zero"
    assert result.checks[3].message == "it printed instead: train: wrong - x"


def test_printing_what_is_expected_earns_nothing_without_the_hidden_checks(run):
    result = run(good_cell(), right=("train",))
    assert result.share == 0
    assert "the hidden checks did not all pass for sim" in result.checks[0].message


def test_a_kernel_sees_its_submission_and_nothing_else(run):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        result = run(
            new_code_cell(SEEN.replace("PORT", port).replace("ROOT", str(ROOT))), check_cell("", "x")
        )
    message = result.checks[0].message
    assert message.startswith('RuntimeError: ["/submission/notebooks"')
    assert '"home"' not in message
    assert "JPY_PARENT_PID" not in message
    assert message.endswith(", false]")
    assert ", false, [" in message


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(0)", "ended the kernel's process"),
        ("x = b'x' * 2_000_000_000", "1,000 MiB of memory"),
        ("for _ in range(10**6): print('x' * 1000)", "printed more than 4 MiB"),
    ],
)
def test_a_kernel_that_goes_too_far_is_ended_and_the_reason_told(run, source, said):
    result = run(good_cell(), new_code_cell(source), good_cell())
    assert [check.outcome for check in result.checks] == ["passed", "failed", "failed"]
    assert 0 < result.share < 0.5
    assert said in result.checks[1].message + result.checks[2].message


def test_a_cell_that_fills_its_disk_is_told_and_the_next_ones_run(run):
    result = run(good_cell(), new_code_cell(FILL_FOLDER), good_cell())
    assert [check.outcome for check in result.checks] == ["passed", "failed", "passed"]
    assert "No space left on device (the limit is 32 MiB of disk" in result.checks[1].message
    assert result.share == pytest.approx(2 / 3)


def test_one_jail_serves_two_kernels_and_nothing_goes_from_one_to_the_other(run):
    leave = """
import os, torch
torch.left = 1
os.environ["LEFT"] = "1"
open(os.environ["HOME"] + "/left", "w").close()
"""
    look = """
import os, torch
print(hasattr(torch, "left"), "LEFT" in os.environ, os.path.exists(os.environ["HOME"] + "/left"))
"""
    results = run.both([new_code_cell(leave), good_cell()], [check_cell(look, "False False False")])
    assert [result.share for result in results] == [1, 1]


def test_a_kernel_does_not_wait_for_an_import_that_has_once_not_ended(run):
    source = """
import sys
sys.path.append("..")
try:
    import cs231n.simclr.utils
except TimeoutError as error:
    print(error)
"""
    look = check_cell(source, "importing cs231n.simclr.utils does not end")
    assert run(look, endless=["cs231n.simclr.utils"]).share == 1


def test_a_cell_that_hangs_is_interrupted_and_the_next_ones_run(run):
    result = run(new_code_cell("while True: pass"), good_cell())
    assert result.share == 0.5
    assert result.checks[1].passed


def test_the_time_of_a_notebook_is_limited(run):
    limits = dataclasses.replace(LIMITS, cell_seconds=60, notebook_seconds=6)
    result = run(new_code_cell("pass"), check_cell("import time; time.sleep(60)", "x"), limits=limits)
    assert result.share == 0
    assert "did not finish within 6 s" in result.checks[0].message


def test_nothing_is_left_of_a_notebook(run, tmp_path):
    run(check_cell("import os, time\nif os.fork() == 0: os.setsid(); time.sleep(99)\nprint(1)", "1"))
    commands = [_command(name) for name in os.listdir("/proc") if name.isdigit()]
    assert not [command for command in commands if str(tmp_path) in command]


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


@pytest.mark.parametrize("kind", ["sandlock", "none"])
def test_a_notebook_runs_in_other_ways_too(run, kind):
    assert run(good_cell(), kind=kind).share == 1


def test_a_kernel_in_the_second_sandbox_is_held_to_its_own_files(run):
    code = """
import os, socket
for path in ("ROOT/instructor/tasks.toml", "/etc/passwd", "/proc/self/environ"):
    try:
        print(open(path).read())
    except PermissionError:
        print("closed")
try:
    socket.socket()
except OSError:
    print("no network")
open(os.environ["HOME"] + "/mine", "w").close()
""".replace("ROOT", str(ROOT))
    assert run(check_cell(code, "closed", "closed", "closed", "no network"), kind="sandlock").share == 1


def test_a_notebook_that_says_nothing_is_the_kits_trouble(run, tmp_path):
    result = run(new_code_cell("1"))
    assert result.checks[0].outcome == "not run"
    assert "no check cell" in result.checks[0].message
    missing = run_notebook(tmp_path / "None.ipynb", None, set())
    assert missing.checks[0].message == "the kit holds no such notebook"
