"""CONTRIBUTING's steps for another notebook, done in a copy of the kit, with a file and a task of its own."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from instructor.core.tasks import ROOT, code_tasks, notebooks
from instructor.release.kept_notebooks import CHECK, PLACEHOLDER
from instructor.release.translated import fingerprint
from instructor.tests.release.test_contributing import CHECKS, EXAMPLE, FILLINS, FUNCTION, add, run_in

MODULE, NOTEBOOK, CHINESE = "cs231n/light.py", "notebooks/Light.ipynb", "notebooks/zh/Light.ipynb"
LEFT_OUT = (".git", ".venv*", "__pycache__", ".hypothesis", "embedded", "browser", "results", "dist")
HEAD = '''"""TODO: how light a picture is."""

from .todo import TaskNotStarted
'''
TASKS = """
[[task]]
id = "lightness"
title = "Lightness"
module = "cs231n/light.py"
block = "lightness"
points = 2
minutes = 10
goal = "Know what a mean over channels is."
aspects = { value = 1, leaves_inputs_alone = 1 }
hint = "Each pixel is the mean of its three channels."
formula = "l = (r + g + b) / 3"

[[task]]
id = "Light"
title = "Notebook: Light"
module = "notebooks/Light.ipynb"
languages = ["zh"]
points = 2
aspects = { runs = 2 }
needs = ["lightness"]
hint = "Run the notebook from top to bottom."
"""
FEWER = {  # of the task above, so that all add up to 100 again
    "points = 12\nminutes = 40": "points = 8\nminutes = 40",
    "aspects = { value = 7, batch_sizes = 3, leaves": "aspects = { value = 3, batch_sizes = 3, leaves",
}
TEXTS = {"title": "# How light is a picture?", "question-why": "**Question 1.** Why a third each?"}
IN_CHINESE = {"title": "# 一张图像有多亮？", "question-why": "**问题 1.** 为什么各占三分之一？"}
ANSWER = "**你的回答：** *双击这里，用你的回答替换这一行。*"
MINE = "Because the three channels count alike."


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """A copy of the kit in which all steps have been taken."""
    copy = tmp_path_factory.mktemp("kit") / "kit"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    _add_the_task(copy)  # 1
    nbformat.write(_notebook(copy), copy / NOTEBOOK)  # 2
    tasks = copy / "instructor" / "tasks.toml"  # 3
    text = tasks.read_text(encoding="utf-8")
    for before, after in FEWER.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    tasks.write_text(text + TASKS, encoding="utf-8")
    run_in(copy, "instructor", "points")
    add(copy / "instructor" / "release" / "student_files.txt", f"\n{MODULE}\n{NOTEBOOK}\n{CHINESE}\n")  # 4
    sections = {name: f"<!-- {name} {fingerprint(TEXTS[name])} -->\n{IN_CHINESE[name]}\n" for name in TEXTS}
    sections["answer"] = f"<!-- answer {fingerprint(PLACEHOLDER)} -->\n{ANSWER}\n"
    add(copy / "instructor" / "languages" / "zh" / "Light.md", "\n".join(sections.values()))  # 5
    run_in(copy, "instructor", "notebooks", "Light")
    return copy


def test_its_verdicts_are_stored_and_it_is_translated(kit):
    book, chinese = (nbformat.read(kit / name, as_version=4) for name in (NOTEBOOK, CHINESE))
    assert [cell.outputs[0].text for cell in book.cells if cell.source.startswith(CHECK)] == [
        "lightness: passed\n"
    ]
    texts = {cell.id: cell.source for cell in chinese.cells if cell.cell_type == "markdown"}
    assert texts == {**IN_CHINESE, "answer-why": ANSWER}


def test_it_is_released(kit):
    run_in(kit, "instructor", "release", "--quick")
    with zipfile.ZipFile(kit / "dist" / "cs231n-assignments-unproven.zip") as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    assert {MODULE, NOTEBOOK, CHINESE} <= names


def test_it_is_packed_graded_and_reported(kit, tmp_path):
    student = tmp_path / "student"
    run_in(kit, "instructor", "compose", student, "--fill", "unfilled", "--fill", "lightness=reference")
    book = nbformat.read(student / NOTEBOOK, as_version=4)
    next(cell for cell in book.cells if cell.id == "answer-why").source = MINE
    nbformat.write(book, student / NOTEBOOK)
    command = ["bash", student / "collect_submission.sh", tmp_path / "mine.zip"]
    environment = {**os.environ, "PYTHON": sys.executable}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert f"Not started yet ({len(code_tasks())} of {len(code_tasks()) + 1} tasks)" in said
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert {MODULE, NOTEBOOK} <= set(archive.namelist())
    words = ("--tasks", "lightness,Light", "--results", tmp_path)
    assert "4/4" in run_in(kit, "instructor", "grade", tmp_path / "mine.zip", *words).stdout
    report = json.loads((tmp_path / "mine" / "results.json").read_text(encoding="utf-8"))
    earned = {task["id"]: task["score"] for task in report["extra_data"]["tasks"]}
    assert earned == {"lightness": 2, "Light": 2}
    assert "Notebook: Light" in (tmp_path / "mine" / "feedback.html").read_text(encoding="utf-8")


def test_its_answers_are_gathered_for_marking(kit, tmp_path):
    (tmp_path / "class").mkdir()
    with zipfile.ZipFile(tmp_path / "class" / "one.zip", "w") as archive:
        archive.write(kit / MODULE, MODULE)
        text = (kit / NOTEBOOK).read_text(encoding="utf-8")
        archive.writestr(NOTEBOOK, text.replace(PLACEHOLDER, MINE))
    run_in(kit, "instructor", "grade", tmp_path / "class", "--tasks", "lightness", "--results", tmp_path)
    assert MINE in (tmp_path / "class.lightness" / "answers.csv").read_text(encoding="utf-8-sig")


def _add_the_task(copy):
    """The task `lightness` of the steps for a task, in a file of its own."""
    add(copy / MODULE, HEAD + FUNCTION)
    for name, source in FILLINS.items():
        add(copy / "instructor" / "fillins" / "lightness" / f"{name}.py", source)
    add(copy / "instructor" / "checks" / "test_lightness.py", CHECKS)
    example = EXAMPLE.replace("..net_visualization_pytorch", "..light")
    add(copy / "cs231n" / "check_examples" / "saliency.py", example)


def _notebook(copy):
    """A notebook with the common set-up, a check and a question."""
    first = nbformat.read(copy / notebooks()[0], as_version=4).cells[0].source
    return new_notebook(
        cells=[
            new_code_cell(first, id="set-up"),
            new_markdown_cell(TEXTS["title"], id="title"),
            new_code_cell("from cs231n import checks", id="imports"),
            new_code_cell(f'{CHECK}\nchecks.report("lightness")', id="lightness-check"),
            new_markdown_cell(TEXTS["question-why"], id="question-why"),
            new_markdown_cell(PLACEHOLDER, id="answer-why", metadata={"tags": ["answer"]}),
        ]
    )


def test_the_steps_of_this_test_are_those_that_contributing_names():
    steps = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add a notebook")[2]
    for word in ("student_files.txt", "instructor points", "instructor notebooks", "languages/zh"):
        assert word in steps.partition("\n## ")[0]
