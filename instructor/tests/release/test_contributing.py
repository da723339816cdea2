"""CONTRIBUTING's six steps, done in a copy of the kit: a new task is added without touching the grader."""

import json
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from cs231n.blocks import END, START
from instructor.core.tasks import ROOT

MODULE = "cs231n/net_visualization_pytorch.py"
FUNCTION = f'''

def lightness(X):
    """Return the mean over the channels of each pixel.

    Inputs:
    - X: float tensor (N, 3, H, W).

    Returns:
    - light: tensor (N, H, W).
    """
    light = None
    {START}
    raise TaskNotStarted("lightness")  # replace this line with your code
    {END}
    return light
'''
ENTRY = """
[[task]]
id = "lightness"
title = "Bonus: lightness"
module = "cs231n/net_visualization_pytorch.py"
block = "lightness"
points = 3
bonus = true
aspects = { value = 2, leaves_inputs_alone = 1 }
hint = "Dimension 1 holds the channels."
formula = "l = (r + g + b) / 3"
"""
FILLINS = {
    "reference": '"""The mean over dimension 1."""\n\nlight = X.mean(dim=1)\n',
    "correct_by_hand": '"""The three channels by hand."""\n\nlight = (X[:, 0] + X[:, 1] + X[:, 2]) / 3\n',
    "wrong_rows": (
        '"""The mean is taken over the rows.\n\nCaught by: test_lightness_value\n'
        'Hint: Dimension 1 holds the channels.\n"""\n\nlight = X.mean(dim=2)\n'
    ),
    "wrong_image_changed": (
        '"""The image itself is scaled.\n\nCaught by: test_lightness_leaves_inputs_alone\n'
        'Hint: Make a new tensor.\n"""\n\nlight = X.div_(3).sum(dim=1)\n'
    ),
}
CHECKS = textwrap.dedent('''
    """Lightness: one number for each pixel."""

    from instructor.checks.judging import expect_close, expect_untouched
    from instructor.checks.marking import check
    from instructor.checks.reference import answer

    TASK = "lightness"


    @check(TASK, "value")
    def test_lightness_value(student, rng):
        """The lightness of a pixel is the mean of its three channels."""
        X = rng.randn(2, 3, 4, 5)
        expect_close(student.lightness(X), answer(TASK)(X), "the lightness", "it is not the mean")


    @check(TASK, "leaves_inputs_alone")
    def test_lightness_leaves_inputs_alone(student, rng):
        """The images are as before."""
        X = rng.randn(1, 3, 4, 4)
        expect_untouched(student.call(TASK, X).args_after[0], X, "X")
''').lstrip()
EXAMPLE = '''

def lightness_of_one_pixel():
    """A pixel with 1, 2 and 6 has lightness 3."""
    from ..net_visualization_pytorch import lightness

    given = lightness(torch.tensor([1.0, 2.0, 6.0]).view(1, 3, 1, 1))
    expect_close(given, [[[3.0]]], "the lightness", "(1 + 2 + 6) / 3 is 3.")


EXAMPLES["lightness"] = (lightness_of_one_pixel,)
'''


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """A copy of the kit in which the first five steps have been taken."""
    copy = tmp_path_factory.mktemp("kit")
    for name in ("cs231n", "instructor", "notebooks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "browser"))
    shutil.copy(ROOT / "collect_submission.sh", copy)
    add(copy / MODULE, FUNCTION)  # 1
    add(copy / "instructor" / "tasks.toml", ENTRY)  # 2
    run_in(copy, "instructor", "points")
    for name, source in FILLINS.items():  # 3 and 4
        add(copy / "instructor" / "fillins" / "lightness" / f"{name}.py", source)
    add(copy / "instructor" / "checks" / "test_lightness.py", CHECKS)  # 5
    add(copy / "cs231n" / "check_examples" / "saliency.py", EXAMPLE)
    return copy


def test_the_new_task_is_verified_with_its_fill_ins_and_mutants(kit):
    said = run_in(kit, "instructor", "verify", "--tasks", "lightness", "--jobs", "1").stdout  # 6
    row = next(line for line in said.splitlines() if line.startswith("lightness"))
    numbers = row.split()[1:]
    assert numbers[:5] == ["1/1", "1/1", "1/1", "2/2", "2/2"]
    caught, mutants = numbers[5].split("/")
    assert caught == mutants != "0"
    assert "no faults" in said


def test_the_new_mistake_is_named_in_feedback(kit):
    said = run_in(
        kit, "instructor", "diagnosis", "--tasks", "lightness", "--jobs", "1", "--pairs", "0"
    ).stdout
    assert "the goals hold" in said
    assert "2/2 (100.0%)" in said


def test_students_see_the_new_task_as_a_bonus(kit):
    table = json.loads((kit / "cs231n" / "tasks.json").read_text(encoding="utf-8"))["tasks"]
    expected = {"title": "Bonus: lightness", "points": 3, "bonus": True, "file": MODULE, "block": "lightness"}
    assert table["lightness"] | expected == table["lightness"]  # and what helps with it
    program = "from cs231n import checks; checks.report('lightness')"
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=kit, capture_output=True, text=True, check=True
    )
    assert said.stdout == f"lightness: not started - {MODULE}\n"


def add(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def run_in(folder, module, *words):
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "100"}
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done
