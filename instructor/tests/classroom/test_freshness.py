"""No report shows an old grade beside new ones; points alone are counted again without running anything."""

import contextlib
import dataclasses
import json

import pytest

from instructor.__main__ import main
from instructor.classroom.class_run import Tally, run_class
from instructor.classroom.entries import read_class
from instructor.classroom.journal import Journal
from instructor.classroom.pool import Event
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.work import Options
from instructor.cli import grade_class
from instructor.core import tasks as tasks_module
from instructor.core import version
from instructor.core.result import CheckResult, Result, to_plain
from instructor.core.tasks import load_tasks, notebooks
from instructor.grading.report.words import not_run
from instructor.grading.scoring import score_again, score_notebook, score_tasks
from instructor.tests.classroom.test_classroom import Silent, pack, rows

SIM = next(task for task in load_tasks() if task.id == "sim")
BOOK = next(task for task in load_tasks() if task.is_notebook)


def check(aspect, outcome="passed", task="sim"):
    return CheckResult(f"test_{aspect}", task, aspect, "It is right.", outcome)


CHECKS = [check(aspect, "failed" if aspect == "gradient" else "passed") for aspect in SIM.aspects]


class Grader:
    """A pool that gives every submission the same checks, and the points that they have at that time."""

    jobs = running = 1
    has_room = property(lambda self: not self._events)

    def __init__(self, stop_after=99):
        self.submitted, self.stop_after, self._events = [], stop_after, []

    def submit(self, name, packed):
        if len(self.submitted) == self.stop_after:
            raise KeyboardInterrupt
        self.submitted.append(name)
        options = json.loads(packed.partition(b"\n")[0])["options"]
        scored = [task for task in score_tasks(CHECKS, {"sim": True}, {SIM.module}) if task.id == "sim"]
        result = Result(name, options["seed"], "bwrap", scored)
        self._events.append(Event(name, "done", graded=json.dumps(to_plain(result)).encode()))

    def events(self, seconds):
        events, self._events = self._events, []
        yield from events


@pytest.fixture
def course(tmp_path):
    for name in ("ann", "bob", "eve"):
        pack(tmp_path / "hw" / f"{name}.zip", name)
    return tmp_path


def run(course, only=None, pool=None, options=None, **kwargs):
    """Grade, or be stopped, and write the reports; the names that were graded and the gradebook."""
    folder, pool, options = read_class(course / "hw"), pool or Grader(), options or Options(1)
    entries = [entry for entry in folder.entries if only is None or entry.name in only]
    with Journal(course / "out" / "journal") as journal:
        with contextlib.suppress(KeyboardInterrupt):
            run_class(entries, options, journal, pool, Silent(), **kwargs)
        write_class_reports(Class(folder, course / "out", [], ("sim",), options), journal)
    book = {
        row["submission"]: (row["status"], row["total"]) for row in rows(course / "out" / "gradebook.csv")
    }
    return pool.submitted, book


def test_notebooks_that_are_not_run_are_no_part_of_the_points_and_it_is_said(course, monkeypatch, capsys):
    books = sum(task.points for task in load_tasks() if task.is_notebook)
    monkeypatch.setattr(grade_class, "_run", lambda *_: Tally())
    command = ["grade", str(course / "hw"), "--sandbox", "none", "--results", str(course), "--notebooks"]
    told = f"The notebooks were not run (--notebooks none): their {books} points are left out"
    for how, points in (("none", 100 - books), ("quick", 100)):
        assert main([*command, how]) == 0
        is_said = how == "none"
        assert (told in capsys.readouterr().out) == is_said
        assert (told in (course / "hw" / "class.html").read_text(encoding="utf-8")) == is_said
        assert rows(course / "hw" / "canvas.csv")[0]["hw"] == str(points)
        header = (course / "hw" / "gradebook.csv").read_text(encoding="utf-8").partition("\n")[0]
        assert (BOOK.id in header.split(",")) == (not is_said)
    assert main([*command, "none", "--tasks", BOOK.id]) == 2
    assert "there is nothing to grade" in capsys.readouterr().err
    assert not_run("none", ["sim"]) == not_run("full") == ""


def change(monkeypatch, task_id, **fields):
    """Have tasks.toml say something else of a task."""
    changed = tuple(
        dataclasses.replace(task, **fields) if task.id == task_id else task for task in load_tasks()
    )
    monkeypatch.setattr(tasks_module, "_read_tasks", lambda *_: changed)


MORE = {"title": "How alike", "points": 20, "aspects": {"value": 14, "gradient": 2, "leaves_inputs_alone": 4}}


@pytest.mark.parametrize("only", [None, {"ann"}, set()])
def test_new_points_and_titles_are_counted_in_every_row_without_running_anything(course, monkeypatch, only):
    assert run(course) == (["ann", "bob", "eve"], dict.fromkeys(("ann", "bob", "eve"), ("graded", "3")))
    change(monkeypatch, "sim", **MORE)
    submitted, book = run(course, only)
    assert submitted == []
    assert set(book.values()) == {("graded", "18")}
    row = rows(course / "out" / "gradebook.csv")[1]
    assert (row["sim.value"], row["sim.gradient"], row["points"]) == ("14", "0", "20")
    page = (course / "out" / "students" / "bob" / "feedback.html").read_text(encoding="utf-8")
    assert "How alike" in page
    assert SIM.title not in page


def test_after_ctrl_c_no_row_has_the_old_points(course, monkeypatch):
    run(course)
    change(monkeypatch, "sim", **MORE)
    submitted, book = run(course, pool=Grader(stop_after=1), force=True)
    assert submitted == ["ann"]
    assert set(book.values()) == {("graded", "18")}


def test_what_was_graded_under_other_options_is_not_graded_yet_in_any_report(course):
    run(course)
    assert (course / "out" / "students" / "bob" / "feedback.html").exists()
    limits = dataclasses.replace(Options(1).limits, call_seconds=1.0)
    submitted, book = run(course, {"ann"}, options=Options(1, limits=limits))
    assert submitted == ["ann"]
    assert book == {"ann": ("graded", "3"), "bob": ("not graded yet", ""), "eve": ("not graded yet", "")}
    assert not (course / "out" / "students" / "bob").exists()
    assert (course / "out" / "students" / "ann" / "feedback.html").exists()
    assert "bob" not in (course / "out" / "moodle.csv").read_text()


@pytest.mark.parametrize(
    "options", [Options(2), Options(1, notebooks="full"), Options(1, "none"), Options(1, tasks=("sim",))]
)
def test_a_stopped_run_with_other_options_mixes_nothing(course, options):
    run(course)
    submitted, book = run(course, pool=Grader(stop_after=1), options=options)
    assert submitted == ["ann"]
    assert [status for status, _ in book.values()] == ["graded", "not graded yet", "not graded yet"]


def test_other_checks_make_every_record_stale(course, monkeypatch):
    run(course)
    monkeypatch.setattr(version, "_files_without_tasks", lambda: "other code")
    assert run(course, set())[1] == dict.fromkeys(("ann", "bob", "eve"), ("not graded yet", ""))
    assert run(course, {"ann"})[0] == ["ann"]


@pytest.mark.parametrize("fields", [{"needs": ("train",)}, {"formula": "another"}, {"block": "another"}])
def test_what_a_verdict_or_its_diagnosis_depends_on_is_no_matter_of_points(course, monkeypatch, fields):
    run(course)
    before = version.scores_version()
    change(monkeypatch, "sim", **fields)
    assert version.scores_version() == before
    assert run(course, set())[1]["ann"] == ("not graded yet", "")


def test_a_hand_in_that_can_no_longer_be_read_does_not_keep_its_old_grade(course):
    run(course)
    (course / "hw" / "bob.zip").write_bytes(b"no zip")
    assert run(course, {"ann"})[1]["bob"] == ("not graded yet", "")
    assert run(course)[1]["bob"][0] == "not graded"


def test_the_hashes_tell_points_from_checks(monkeypatch):
    before = version.checks_version(), version.scores_version(), version.kit_version()
    change(monkeypatch, "sim", **MORE)
    after = version.checks_version(), version.scores_version(), version.kit_version()
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]
    monkeypatch.undo()
    monkeypatch.setattr(version, "_files_without_tasks", lambda: "other code")
    assert version.checks_version() != before[0]
    assert version.scores_version() == before[1]


def whole(share, checks=CHECKS):
    """What grading gives for these checks and notebooks that earned a share of their points."""
    scored = score_tasks(checks, {"sim": True}, {SIM.module})
    books = {
        task.id: score_notebook(task, share, (check("runs", task=task.id),), scored)
        for task in load_tasks()
        if task.is_notebook
    }
    return Result("ann", 1, "bwrap", [books.get(task.id, task) for task in scored])


@pytest.mark.parametrize("share", [0.0, 1 / 3, 1.0])
def test_points_counted_again_are_those_of_grading_again(monkeypatch, share):
    before = whole(share)
    change(monkeypatch, "sim", **MORE)
    assert score_again(before, {SIM.module}) == whole(share)
    monkeypatch.undo()
    change(monkeypatch, BOOK.id, points=7, aspects={"runs": 7}, hint="Another hint.")
    assert score_again(before, {SIM.module}) == whole(share)
    assert score_again(score_again(before, {SIM.module}), {SIM.module}) == whole(share)
    assert notebooks()


def test_where_other_tasks_pass_now_the_notebooks_have_to_run_again(monkeypatch):
    before = whole(0.5)
    change(monkeypatch, "sim", points=3, aspects={"value": 2, "leaves_inputs_alone": 1})
    assert score_again(before, {SIM.module}) is None
    without = dataclasses.replace(before, tasks=[task for task in before.tasks if task.id == "sim"])
    assert score_again(without, {SIM.module}).tasks[0].status == "passed"
