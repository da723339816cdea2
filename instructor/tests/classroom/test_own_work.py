"""Whose work it is: what help was declared, and questions for a talk about one's own code."""

import dataclasses
import shutil

import pytest

from instructor.__main__ import main
from instructor.classroom.class_run import run_class
from instructor.classroom.entries import read_class
from instructor.classroom.hand_grades import questions
from instructor.classroom.journal import Journal
from instructor.classroom.own_work import ANSWER, COUNT, MISTAKE, OWN, candidates, interviews
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.work import Options
from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks, todo_modules
from instructor.grading.intake import read_submission
from instructor.tests.classroom.test_classroom import AtOnce, Silent, graded, rows


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A folder with every task solved."""
    root = tmp_path_factory.mktemp("work")
    compose(root, {task.id: "reference" for task in code_tasks()})
    return root


def handed_in(work, path, declared=None):
    shutil.copytree(work, path)
    if declared is not None:
        (path / "help_used.txt").write_text(declared, encoding="utf-8")
    return path


def gradebook(tmp_path):
    folder, target = read_class(tmp_path / "hw"), tmp_path / "results" / "hw"
    with Journal(target / "journal") as journal:
        run_class(folder.entries, Options(1), journal, AtOnce(), Silent())
        write_class_reports(Class(folder, target, [], ("sim",)), journal)
    return rows(target / "gradebook.csv")


def test_what_help_was_used_is_a_column_of_the_gradebook(work, tmp_path):
    handed_in(work, tmp_path / "hw" / "ann", "  a tutor,\nfor broadcasting ")
    handed_in(work, tmp_path / "hw" / "bob")
    handed_in(work, tmp_path / "hw" / "eve", "=cmd()")
    told = {row["student"]: row["help used"] for row in gradebook(tmp_path)}
    assert told == {"ann": "a tutor, for broadcasting", "bob": "", "eve": "'=cmd()"}
    (tmp_path / "hw" / "ann" / "help_used.txt").write_text("none")
    assert gradebook(tmp_path)[0]["help used"] == "none"  # without grading again
    assert read_submission(tmp_path / "hw" / "ann").ignored == []


def test_a_class_that_says_nothing_has_no_such_column(work, tmp_path):
    handed_in(work, tmp_path / "hw" / "ann")
    assert "help used" not in gradebook(tmp_path)[0]


def test_no_two_students_are_asked_the_same_though_they_handed_in_the_same(work):
    submission = read_submission(work)
    asked = interviews({f"student{k}": (submission, None, {}) for k in range(60)})
    sets = {frozenset(each) for each in asked.values()}
    assert len(sets) == 60
    assert all(len(each) == COUNT == len(set(each)) for each in asked.values())
    again = interviews({f"student{k}": (submission, None, {}) for k in range(60)})
    assert again == asked


def test_questions_quote_the_students_own_lines_and_never_the_given_ones(work):
    submission = read_submission(work)
    lines = {
        (name, number): line.strip()
        for name in todo_modules()
        for number, line in enumerate(submission.modules[name].decode().splitlines(), 1)
    }
    given = {
        (name, line.strip()) for name in todo_modules() for line in (ROOT / name).read_text().splitlines()
    }
    quoted = [each.text.splitlines()[0] for each in candidates(submission, None, {}) if each.kind == OWN]
    assert len(quoted) > 30
    for text in quoted:
        place, _, line = text.partition(": ")
        name, _, number = place.partition(", line ")
        assert lines[name, int(number)] == line
        assert (name, line) not in given


def test_mistakes_and_answers_are_asked_about(work):
    cell = next(iter(questions()))
    (asked,) = interviews({"ann": (read_submission(work), graded(), {cell: "It glows,\nI think."})}).values()
    kinds = {each.kind: each.text for each in asked}
    assert "The sign is turned." in kinds[MISTAKE]
    assert "you wrote “It glows, I think.”" in kinds[ANSWER]
    assert OWN in kinds


def test_who_wrote_nothing_is_asked_nothing(tmp_path, capsys):
    folder = tmp_path / "empty"
    shutil.copytree(ROOT / "cs231n", folder / "cs231n", ignore=shutil.ignore_patterns("__pycache__"))
    assert main(["interview", str(folder)]) == 2
    assert "wrote nothing" in capsys.readouterr().err


def test_the_command_asks_a_student_of_the_class_that_was_graded(work, tmp_path, monkeypatch, capsys):
    for name in ("Ann Lee", "Bo Ray"):
        handed_in(work, tmp_path / "hw" / name)
    gradebook(tmp_path)
    monkeypatch.chdir(tmp_path)
    said = []
    for name in ("ann lee", "Lee, Ann", "Ann_Lee", "Bo Ray"):
        assert main(["interview", name]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2] != said[3]
    assert "Ann Lee: 5 questions" in said[0]
    assert "The sign is turned." in said[0]  # of the run in results/
    assert main(["interview", "An Lee"]) == 2
    assert "Did you mean Ann Lee?" in capsys.readouterr().err
    assert main(["interview", "Ann Lee", "--results", str(tmp_path / "none")]) == 2
    assert "--class" in capsys.readouterr().err
    assert main(["interview", "Ann Lee", "--class", str(tmp_path / "hw"), "--results", "none"]) == 0
    assert "The sign is turned." not in capsys.readouterr().out


def test_a_result_of_other_work_is_not_asked_about(work, tmp_path, monkeypatch, capsys):
    path = handed_in(work, tmp_path / "hw" / "ann")
    gradebook(tmp_path)
    file = path / todo_modules()[0]
    file.write_text(file.read_text() + "# later\n")
    monkeypatch.chdir(tmp_path)
    assert main(["interview", "ann"]) == 0
    assert "The sign is turned." not in capsys.readouterr().out


def test_a_mistake_that_was_avoided_is_asked_about_only_where_the_task_passed(work):
    result = graded()
    passed = dataclasses.replace(result.tasks[0], status="passed", checks=())
    submission = read_submission(work)
    kinds = [each.kind for each in candidates(submission, result, {})]
    assert "avoided" not in kinds
    result.tasks = [passed]
    assert {each.about for each in candidates(submission, result, {}) if each.kind == "avoided"} == {"sim"}
