"""Cards and progress: what is shown of the checks, and where their points come from."""

import base64
import io

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from cs231n import checks
from cs231n.cards import COLORS, Progress, card
from cs231n.check_examples import EXAMPLES
from cs231n.checks import Verdict
from instructor.__main__ import main
from instructor.core import public_tasks
from instructor.core.tasks import code_tasks, load_tasks


def colors_in(picture):
    return {"#" + bytes(color).hex() for color in np.unique(np.asarray(picture).reshape(-1, 3), axis=0)}


def test_a_card_shows_each_status_in_its_color():
    for status, color in COLORS.items():
        shown = colors_in(card([Verdict("sim", status, "", 0.1)]))
        assert color in shown
        assert not shown & (set(COLORS.values()) - {color})


def test_a_card_grows_with_what_there_is_to_say_but_not_without_end():
    short = card([Verdict("sim", "wrong", "no", 0.1)])
    long = card([Verdict("sim", "wrong", "word " * 40, 0.1)])
    endless = card([Verdict("sim", "wrong", "word " * 100_000, 0.1)])
    assert short.height < long.height < endless.height < 400
    assert short.width == long.width


def test_a_card_bears_any_message():
    card(
        [Verdict("sim", "wrong", "\ud800 \x00 \x1b[31m é 中 ∂\n\n\t", 1e9), Verdict("none", "passed", "", 0)]
    )


def test_a_card_of_few_tasks_that_are_not_started_says_what_is_expected():
    few = card([Verdict("train", "not started", "", 0.1)])
    many = card([Verdict(task, "not started", "", 0.1) for task in EXAMPLES])
    assert few.height > 2 * 19 * len(EXAMPLES["train"])
    assert many.height < len(EXAMPLES) * few.height / 2


def test_outside_a_notebook_a_report_is_text_alone(capsys):
    checks.report("sim")
    assert capsys.readouterr().out == "sim: not started\n"


def test_in_a_notebook_a_report_shows_a_picture_that_nbval_passes_over(capsys):
    shell, published = InteractiveShell.instance(), []
    shell.kernel = object()
    shell.display_pub.publish = lambda data, *rest, **options: published.append(data)
    try:
        checks.report("sim")
    finally:
        InteractiveShell.clear_instance()
    assert capsys.readouterr().out == "sim: not started\n"
    ((kind, data),) = published[0].items()
    assert kind == "image/png"
    assert Image.open(io.BytesIO(base64.b64decode(data))).width == 1360


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
