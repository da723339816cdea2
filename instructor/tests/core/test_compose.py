"""Splicing: what goes in is what stands in the block, and nothing else changes."""

import pytest

from cs231n.blocks import END, START, Module
from instructor.core.composition import MarkerError, block_source, is_filled, splice
from instructor.core.tasks import ROOT, load_tasks, todo_modules
from instructor.grading.intake import Submission
from instructor.grading.workspace import compose_submission

SOURCE = f"""import torch

class Pair:
    def item(self, i):
        x = None
        {START}
        raise TaskNotStarted("item")
        {END}
        return x

def other():
    {START}
    raise TaskNotStarted("other")
    {END}
"""


def test_a_spliced_body_takes_the_indent_of_its_block_and_leaves_the_rest_alone():
    filled = splice(SOURCE, "Pair.item", "x = i\nif x:\n    x = 2\n")
    assert block_source(filled, "Pair.item") == "x = i\nif x:\n    x = 2\n"
    assert splice(filled, "Pair.item", 'raise TaskNotStarted("item")') == SOURCE
    assert block_source(filled, "other") == block_source(SOURCE, "other")


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        ('raise TaskNotStarted("item")', False),
        ("pass", False),
        ("# only a thought", False),
        ('"""A note."""', False),
        ("x = 1", True),
        ('x = 1\nraise TaskNotStarted("other")', True),
    ],
)
def test_a_block_counts_as_filled_when_it_holds_a_statement_of_the_student(body, filled):
    assert is_filled(Module(splice(SOURCE, "Pair.item", body)), "Pair.item", Module(SOURCE)) is filled


@pytest.mark.parametrize("broken", [SOURCE.replace(START, "#"), SOURCE.replace(END, "#"), SOURCE + "def ("])
def test_a_missing_marker_or_a_syntax_error_is_a_sentence(broken):
    with pytest.raises(MarkerError, match=r"must hold one START|not valid Python"):
        block_source(broken, "other")


def test_a_missing_function_is_named():
    with pytest.raises(MarkerError, match=r"no Pair\.size"):
        block_source(SOURCE, "Pair.size")


def test_tasks_add_up_and_every_todo_module_exists():
    tasks = load_tasks()
    assert sum(task.points for task in tasks if not task.bonus) == 100
    assert all((ROOT / module).is_file() for module in todo_modules())


def test_points_that_do_not_add_up_are_refused(tmp_path):
    path = tmp_path / "tasks.toml"
    path.write_text(
        '[[task]]\nid = "a"\ntitle = ""\nmodule = ""\nblock = "a"\nhint = ""\n'
        "points = 3\naspects = { value = 2 }\n"
    )
    with pytest.raises(ValueError, match="aspects of a do not add up"):
        load_tasks(path)


def test_a_graded_package_holds_the_package_and_the_notebooks_and_nothing_else_of_the_kit():
    """The experiments hold complete ways to do two of the tasks."""
    names = compose_submission(Submission("one"))
    assert {name.partition("/")[0] for name in names} == {"cs231n", "notebooks"}
