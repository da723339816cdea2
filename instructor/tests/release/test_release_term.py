"""A new term changes tasks.toml, keeps its comments, and is refused when the points do not add up."""

import dataclasses
import json
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from instructor.__main__ import parser
from instructor.cli import new_term, solutions
from instructor.core import seeds
from instructor.core.result import CheckResult
from instructor.core.tasks import TASKS_FILE, load_tasks, notebooks, todo_modules
from instructor.core.term import LatePolicy, Term, load_term
from instructor.grading import scoring
from instructor.release.terms import rescaled


@pytest.fixture
def tasks_file(tmp_path, monkeypatch):
    """A copy of tasks.toml that the commands take for the real one."""
    path = tmp_path / "tasks.toml"
    path.write_text(TASKS_FILE.read_text())
    monkeypatch.setattr(new_term, "TASKS_FILE", path)
    monkeypatch.setattr(solutions, "TASKS_FILE", path)
    monkeypatch.setattr(new_term, "write_public_table", lambda: None)
    return path


def run(*words):
    options = parser().parse_args(list(words))
    return options.run(options)


def comments(path: Path):
    return [line for line in path.read_text().splitlines() if line.startswith("#")]


def test_dates_points_and_seed_are_set_and_all_else_stays(tasks_file, capsys):
    before, told = tasks_file.read_text().splitlines(), comments(tasks_file)
    words = "--name Fall --opens 2027-09-01T09:00+02:00 --due 2027-10-01T23:59+02:00 --seed 231"
    points = "--points sim=3 --points compute_sim_matrix=8"
    assert run("new-term", *words.split(), *points.split()) == 0
    after = tasks_file.read_text().splitlines()
    zone = datetime.fromisoformat("2027-09-01T09:00+02:00").tzinfo
    dates = (datetime(2027, 9, 1, 9, tzinfo=zone), datetime(2027, 10, 1, 23, 59, tzinfo=zone))
    assert load_term(tasks_file) == Term("Fall", *dates, 231)
    worth = {task.id: task for task in load_tasks(tasks_file)}
    assert (worth["sim"].points, worth["compute_sim_matrix"].points) == (3, 8)
    assert comments(tasks_file) == told
    assert (Counter(before) - Counter(after)).total() == 4  # points and aspects of two tasks
    assert "-> 3 points" in capsys.readouterr().out


def test_a_second_term_replaces_the_first(tasks_file):
    assert run("new-term", "--name", 'The "first" # term', "--seed", "1") == 0
    assert load_term(tasks_file).name == 'The "first" # term'
    assert run("new-term", "--name", "Second", "--seed", "fresh") == 0
    assert load_term(tasks_file) == Term("Second")
    assert tasks_file.read_text().count("[term]") == 1


def test_the_same_again_changes_nothing(tasks_file, capsys):
    assert run("new-term", "--seed", "1") == 0
    before = tasks_file.read_bytes()
    assert run("new-term", "--seed", "1") == 0
    assert tasks_file.read_bytes() == before
    assert "says this already" in capsys.readouterr().out


def test_check_writes_nothing(tasks_file, capsys):
    before = tasks_file.read_bytes()
    assert run("new-term", "--seed", "1", "--check") == 0
    assert tasks_file.read_bytes() == before
    assert "seed: not set -> 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--points sim=6", "the points add up to 101, 1 are too many"),
        ("--without train", "the points add up to 92, 8 are missing"),
        ("--points cosine=6", "there is no task 'cosine'"),
        ("--points sim=many", "'many' is no whole number"),
        ("--points sim=99 --points train=9 --scale", "points left for"),
        ("--due tomorrow", "'tomorrow' is no date"),
        ("--opens 2027-10-01T00:00Z --due 2027-09-01T00:00Z", "which is not later"),
        ("--seed x", "'x' is no whole number"),
        ("--late-per-day 10", "late_per_day needs a deadline"),
        ("--due 2030-02-01 --late-per-day many", "late_per_day is a number of points"),
        ("--zone Mars", "'Mars' is no time zone"),
    ],
)
def test_what_does_not_add_up_is_refused_and_nothing_is_written(words, sentence, tasks_file, capsys):
    before = tasks_file.read_bytes()
    assert run("new-term", *words.split()) == 2
    assert tasks_file.read_bytes() == before
    assert sentence in capsys.readouterr().err


def test_a_name_of_spaces_is_none(tasks_file, capsys):
    before = tasks_file.read_bytes()
    assert run("new-term", "--name", "   ") == 2
    assert tasks_file.read_bytes() == before
    assert "give the term a name" in capsys.readouterr().err


def test_a_task_can_be_left_out_and_the_others_scaled(tasks_file):
    assert run("new-term", "--without", "train", "--scale") == 0
    tasks = {task.id: task for task in load_tasks(tasks_file)}
    assert tasks["train"].points == 0
    assert set(tasks["train"].aspects.values()) == {0}
    assert sum(task.points for task in tasks.values() if not getattr(task, "bonus", False)) == 100
    assert run("new-term", "--points", "train=9", "--scale") == 0
    assert next(task for task in load_tasks(tasks_file) if task.id == "train").points == 9


@pytest.mark.parametrize("points", [0, 1, 7, 100])
def test_aspects_are_scaled_without_a_rest(points):
    parts = rescaled({"value": 8, "batch_sizes": 3, "leaves_inputs_alone": 3}, points)
    assert sum(parts.values()) == points
    assert parts["value"] >= parts["batch_sizes"]
    assert sum(rescaled({"a": 0, "b": 0}, points).values()) == points


def test_a_date_without_a_zone_in_the_file_is_refused(tasks_file):
    tasks_file.write_text(tasks_file.read_text().replace("[term]\n", "[term]\ndue = 2027-10-01T00:00:00\n"))
    with pytest.raises(ValueError, match="with a time and a zone"):
        load_term(tasks_file)


def test_the_kits_own_term_is_valid():
    assert load_term().name == tomllib.loads(TASKS_FILE.read_text()).get("term", {}).get("name")


def test_the_cost_of_lateness_and_a_zone_are_set_and_a_day_alone_is_its_end(tasks_file):
    late = ["--late-per-day", "10%", "--late-grace", "30min", "--late-cap", "50%"]
    assert run("new-term", "--zone", "Europe/Berlin", "--due", "2030-02-01", *late) == 0
    term = load_term(tasks_file)
    assert term.due.isoformat() == "2030-02-01T23:59:59+01:00"
    assert term.late == LatePolicy(10, percent=True, grace=timedelta(minutes=30), cap=50)
    assert run("new-term", "--due", "2030-07-01", "--opens", "2030-06-01") == 0
    assert load_term(tasks_file).due.isoformat() == "2030-07-01T23:59:59+02:00"
    assert load_term(tasks_file).opens.isoformat() == "2030-06-01T00:00:00+02:00"
    assert run("new-term", "--on-time") == 0
    assert load_term(tasks_file).late == LatePolicy()


def test_points_a_day_are_a_number_in_the_file(tasks_file):
    assert run("new-term", "--due", "2030-02-01", "--late-per-day", "10") == 0
    assert "late_per_day = 10\n" in tasks_file.read_text()
    assert load_term(tasks_file).due.astimezone().strftime("%H:%M:%S") == "23:59:59"  # in this machine's zone
    assert run("new-term", "--due", "2030-02-01T23:00Z") == 0
    assert load_term(tasks_file).due.isoformat() == "2030-02-01T23:00:00+00:00"


# ---- solutions ----


@pytest.fixture
def built(tmp_path, monkeypatch):
    monkeypatch.setattr(solutions, "ROOT", tmp_path)
    monkeypatch.setattr(solutions, "DIST", tmp_path / "dist")
    monkeypatch.setattr(solutions, "SOLUTIONS", tmp_path / "dist" / "solutions.zip")
    return solutions.SOLUTIONS


@pytest.mark.parametrize("due", [None, datetime.now(UTC) + timedelta(days=1)])
def test_solutions_are_held_back_before_the_deadline_or_without_one(
    due, tasks_file, built, monkeypatch, capsys
):
    monkeypatch.setattr(solutions, "load_term", lambda path: Term(due=due))
    assert run("solutions") == 2
    assert "No solutions yet" in capsys.readouterr().err
    assert not built.exists()


def test_solutions_come_after_the_deadline_or_by_force(tasks_file, built, monkeypatch, capsys):
    monkeypatch.setattr(solutions, "_page", lambda path, full: f"<p>{path.stem}</p>")
    past = datetime.now(UTC) - timedelta(minutes=5)
    for due, words in ((past, []), (None, ["--force"])):
        monkeypatch.setattr(solutions, "load_term", lambda path, due=due: Term(due=due))
        assert run("solutions", *words) == 0
        assert built.stat().st_size
        built.unlink()
    assert f"{Path(notebooks()[0]).stem}.html" in capsys.readouterr().out


def test_solved_modules_hold_the_reference(monkeypatch):
    monkeypatch.setattr(solutions, "_page", lambda path, full: json.dumps(str(path)))
    members = solutions.solved(full=False)
    assert set(members) == {*todo_modules(), *(f"{Path(name).stem}.html" for name in notebooks())}
    assert all(b"raise TaskNotStarted" not in members[name] for name in todo_modules())


def test_notebooks_become_pages_with_their_pictures(tmp_path):
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    (tmp_path / "book").mkdir()
    source = "import matplotlib.pyplot as plt\nplt.plot([1]); plt.show()"
    path = tmp_path / "book" / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source)]), path)
    page = solutions._page(path, full=False)
    assert "data:image/png;base64" in page


def test_the_seed_of_a_run_is_the_one_asked_for_or_the_terms_or_a_fresh_one(monkeypatch):
    monkeypatch.setattr(seeds, "load_term", lambda: Term(seed=231))
    assert seeds.run_seed(7) == 7
    assert seeds.run_seed(None, 0) == 0
    assert seeds.run_seed(None) == 231
    monkeypatch.setattr(seeds, "load_term", Term)
    assert seeds.run_seed(None) != seeds.run_seed(None)


def test_a_task_that_counts_for_nothing_passes_by_its_checks_alone():
    task = dataclasses.replace(load_tasks()[0], points=0, aspects={"value": 0})
    checks = tuple(CheckResult("t", task.id, "value", "", how, "") for how in ("passed", "failed"))
    assert scoring._status(task, checks[:1], {"value": (0.0, 0)}, True) == "passed"
    assert scoring._status(task, checks, {"value": (0.0, 0)}, True) != "passed"
    assert scoring._status(task, (), {"value": (0.0, 0)}, True) != "passed"


def test_names_stand_beside_points(tasks_file, capsys):
    words = ("--points", "sim=4", "--points", "compute_sim_matrix=7", "--bonus", "train", "--scale")
    assert run("new-term", *words, "--check") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "sim (Cosine similarity): 5 -> 4 points (value 2, gradient 2 -> 1, leaves_inputs_alone 1)" in lines
    assert any(line.startswith("train (") and ", now a bonus (" in line for line in lines)
    assert not [line for line in lines if line.startswith(("+", "-"))]


def test_a_mistyped_task_is_asked_about(tasks_file, capsys):
    assert run("new-term", "--points", "smi=4") == 2
    assert "Did you mean sim?" in capsys.readouterr().err
