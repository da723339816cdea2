"""A bonus task: its points come on top, and never stand in the way of the others."""

import dataclasses
import io
import json

from rich.console import Console

from instructor.core.result import Result, TaskResult
from instructor.core.tasks import load_tasks
from instructor.grading.report.for_machines import gradescope_json
from instructor.grading.report.for_people import feedback_html, show

REGULAR = TaskResult("sim", "Cosine similarity", 100, 100.0, "passed", {"value": (100.0, 100)})
BONUS = TaskResult("extra", "Bonus: extra", 5, 5.0, "passed", {"value": (5.0, 5)}, bonus=True)


def test_the_points_of_a_bonus_task_stand_apart():
    result = Result("somebody", 1, "bwrap", [REGULAR, BONUS])
    assert (result.score, result.points, result.bonus, result.total) == (100, 100, 5, 105)


def test_every_report_says_what_came_on_top():
    result, written = Result("somebody", 1, "bwrap", [REGULAR, BONUS]), io.StringIO()
    show(result, Console(file=written, width=100))
    assert "100/100 + 5 bonus" in written.getvalue()
    assert "of 100 points + 5 bonus" in feedback_html(result)
    assert json.loads(gradescope_json(result))["score"] == 105


def test_without_the_bonus_nothing_is_said_of_it():
    result = Result("somebody", 1, "bwrap", [REGULAR, dataclasses.replace(BONUS, earned=0.0)])
    written = io.StringIO()
    show(result, Console(file=written, width=100))
    assert "100/100 " in written.getvalue()
    assert "+ " not in written.getvalue()


def test_the_kit_has_a_bonus_task_and_a_hundred_other_points():
    tasks = load_tasks()
    assert [task.id for task in tasks if task.bonus] == ["integrated_gradients"]
    assert sum(task.points for task in tasks if not task.bonus) == 100
