"""Cards and progress: what is shown of the checks, and where their points come from."""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cs231n import checks
from cs231n.cards import DARK, LIGHT, Progress, card, style
from cs231n.check_examples import EXAMPLES
from cs231n.checks import Verdict
from cs231n.todo import table
from instructor.__main__ import main
from instructor.core import public_tasks
from instructor.core.tasks import code_tasks, load_tasks


def light(color):
    """The relative luminance of a color (WCAG 2.2)."""
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    upper, lower = sorted((light(one), light(other)), reverse=True)
    return (upper + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_of_a_card_can_be_read(colors):
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for ink in ("ink", "muted", "passed", "wrong", "not-started"):
        assert contrast(colors[ink], colors["paper"]) >= 4.5, ink
    assert contrast(colors["ink"], colors["code"]) >= 4.5


def test_every_color_of_a_card_is_one_of_its_theme():
    shown = re.sub(r"--[a-z-]+:#[0-9a-f]{6};", "", style())
    assert "#" not in shown.replace("var(", "")


def test_a_card_shows_status_place_goal_and_folded_hints():
    shown = card([Verdict("sim", "wrong", "no", 0.1, "cs231n/simclr/contrastive_loss.py:31")])
    assert "<code class='place'>cs231n/simclr/contrastive_loss.py:31</code>" in shown
    assert "5 points · about 15 minutes · checked in 100 ms" in shown
    assert "Compare two vectors by their angle alone." in shown
    assert shown.count("<details>") == 3
    assert "<details open" not in shown
    for text in (
        "A dot product that does not change when either vector is scaled.",
        "z_i · z_j / (‖z_i‖ ‖z_j‖)",
    ):
        assert text in shown


def test_what_is_not_started_names_its_file():
    shown = card([checks.check("train")])
    assert re.search(r"Write here: <code class='place'>cs231n/simclr/utils\.py:\d+</code>", shown)


def test_what_has_passed_needs_no_hint():
    shown = card([Verdict("sim", "passed", "", 0.1)])
    assert "<details" not in shown
    assert "all 3 examples came out as expected" in shown


def test_a_card_shows_a_long_message_but_not_without_end():
    assert len(card([Verdict("sim", "wrong", "word " * 100_000, 0.1)])) < 20_000


def test_a_card_bears_any_message_and_lets_no_markup_through():
    shown = card(
        [
            Verdict("sim", "wrong", "\ud800 \x00 \x1b[31m é 中 ∂\n\n\t<script>alert(1)</script>", 1e9),
            Verdict("none", "passed", "", 0),
        ]
    )
    assert "<script" not in shown
    assert "\x1b" not in shown
    shown.encode("utf-8")


def test_a_card_of_many_tasks_is_brief():
    few = card([Verdict("train", "not started", "", 0.1)])
    many = card([Verdict(task, "not started", "", 0.1) for task in EXAMPLES])
    assert "<li>" in few
    assert "<li>" not in many


def test_outside_a_notebook_a_report_is_text_alone(capsys):
    checks.report("sim")
    assert capsys.readouterr().out == "sim: not started - cs231n/simclr/contrastive_loss.py\n"


def test_in_a_notebook_a_report_shows_a_card_that_can_be_copied(capsys):
    shell, published = InteractiveShell.instance(), []
    shell.kernel = object()
    shell.display_pub.publish = lambda data, *rest, **options: published.append(data)
    try:
        checks.report("sim")
    finally:
        InteractiveShell.clear_instance()
    assert capsys.readouterr().out.startswith("sim: not started")
    ((kind, data),) = published[0].items()
    assert kind == "text/html"
    assert "<script" not in data
    assert "<img" not in data


def test_every_task_says_minutes_goal_hint_and_formula():
    for name, task in table()["tasks"].items():
        if "block" in task:
            assert task["minutes"] >= 5, name
            assert all(task[key] for key in ("goal", "hint", "formula")), name


def test_progress_shows_every_task_with_its_points():
    progress = checks.progress()
    assert progress.points == (0, 100)
    text, table = repr(progress), progress._repr_html_()
    for task in load_tasks():
        assert f"{task.points:4}  " in text
        assert task.title in text
        assert task.title in table
    assert text.count("not started") == len(code_tasks())


def test_progress_counts_what_has_passed():
    first, second, third = code_tasks()[:3]
    verdicts = [
        Verdict(first.id, "passed", "", 0),
        Verdict(second.id, "wrong", "no", 0),
        Verdict(third.id, "passed", "", 0),
    ]
    assert Progress(verdicts).points == (first.points + third.points, 100)


def test_what_students_see_of_the_tasks_is_what_tasks_toml_says():
    assert public_tasks.is_public_table_current(), "run: python -m instructor points"


def test_changed_points_are_noticed_and_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(public_tasks, "TABLE_FILE", tmp_path / "tasks.json")
    monkeypatch.setattr(public_tasks, "ROOT", tmp_path)
    assert main(["points", "--check"]) == 1
    assert main(["points"]) == 0
    assert main(["points", "--check"]) == 0
    assert "python -m instructor points" in capsys.readouterr().err
