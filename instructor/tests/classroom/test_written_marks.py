"""Marks of written answers count, have a maximum, come back to students, and may be given without names."""

import csv
import json
import re
import shutil
from dataclasses import replace

import nbformat
import pytest

from instructor.__main__ import main
from instructor.classroom import hand_grades as hand_grades_module
from instructor.classroom import reports as reports_module
from instructor.classroom.class_run import run_class
from instructor.classroom.entries import read_class
from instructor.classroom.journal import Journal
from instructor.classroom.pseudonyms import KEY
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.work import Options
from instructor.cli import new_term
from instructor.core import version
from instructor.core.questions import (
    Written,
    keys_of,
    load_written,
    points_in,
    questions,
    rubric_of,
    title_of,
    with_points,
    without_points,
)
from instructor.core.tasks import ROOT, TASKS_FILE, load_tasks, notebooks
from instructor.core.term import LatePolicy, Term, read_moment
from instructor.grading.report.words import signed
from instructor.release import leaks, prove, question_points
from instructor.release.translated import translated_notebook
from instructor.tests.classroom.test_classroom import Silent, pack, rows
from instructor.tests.classroom.test_freshness import Grader
from instructor.tests.classroom.test_marks import save, with_answers

FIRST, SECOND = list(questions())[:2]
MOST = dict.fromkeys(keys_of(notebooks()[0]), 3.0) | dict.fromkeys(keys_of(notebooks()[1]), 2)


@pytest.fixture
def course(tmp_path):
    """A class of two that have answered the first notebook, and 3 of 5 points of a task."""
    for name in ("Ann Lee", "Bo Ray"):
        with_answers(pack(tmp_path / "hw" / f"{name}.zip", name))
    return tmp_path


@pytest.fixture
def worth(monkeypatch):
    """Have tasks.toml say what written answers are worth."""

    def worth(share=0, most=MOST):
        monkeypatch.setattr(hand_grades_module, "load_written", lambda: Written(share, most))

    return worth


def run(course, **kwargs):
    folder, pool = read_class(course / "hw"), Grader()
    with Journal(course / "out" / "journal") as journal:
        run_class(folder.entries, Options(1), journal, pool, Silent())
        about = Class(folder, course / "out", [], ("sim",), Options(1), **kwargs)
        told = write_class_reports(about, journal)
    return {row["submission"]: row for row in rows(course / "out" / "gradebook.csv")}, told, pool.submitted


def mark(course, *marks):
    """Write points and a comment into the first rows of answers.csv."""
    table = rows(course / "out" / "answers.csv")
    for row, (points, comment) in zip(table, marks, strict=False):
        row.update(points=points, comment=comment)
    save(course / "out" / "answers.csv", table)
    return table


def page(course, name="Ann_Lee"):
    return (course / "out" / "students" / name / "feedback.html").read_text(encoding="utf-8")


def test_marks_and_comments_come_back_in_every_report(course, worth):
    worth()
    run(course)
    assert {row["maximum"] for row in rows(course / "out" / "answers.csv")} == {"3"}
    mark(course, ("2", "Name the label."), ("3", "Very good."))
    book, _, submitted = run(course)
    assert submitted == []
    assert (book["Ann_Lee"]["written"], book["Ann_Lee"]["total"], book["Ann_Lee"]["points"]) == (
        "2",
        "5",
        "5",
    )
    assert book["Bo_Ray"]["total"] == "6"
    shown = re.sub(r"\s+", " ", page(course))
    assert f"{title_of(FIRST)}</h3><span>2 of 3 points</span>" in shown
    assert "Name the label." in shown
    assert "Because of edges." in shown
    assert f"Without an answer: {title_of(keys_of(notebooks()[1])[0])} (0 of 2)" in shown
    result = json.loads(
        (course / "out" / "students" / "Ann_Lee" / "results.json").read_text(encoding="utf-8")
    )
    line = next(test for test in result["tests"] if test["name"].startswith("Written answer"))
    assert (line["score"], line["max_score"], line["output"]) == (2.0, 3.0, "Name the label.")
    assert result["score"] == 5.0
    comments = {row["Full name"]: row["Feedback comments"] for row in rows(course / "out" / "moodle.csv")}
    assert f"{title_of(FIRST)}: 2 of 3. Name the label." in comments["Ann Lee"]
    overview = (course / "out" / "class.html").read_text(encoding="utf-8")
    assert '2 of 3 points<span class="comment">Name the label.</span><span class="said">' in overview
    assert "What counts:</strong> Full: every red photo" in overview


def test_answers_that_are_a_share_count_among_the_whole_and_those_not_marked_are_said(course, worth):
    worth(share=40)
    book, told, _ = run(course)
    assert (book["Ann_Lee"]["points"], book["Ann_Lee"]["answers to mark"]) == ("45", "8")
    assert "16 written answers count and are not marked yet: fill in answers.csv." in told
    assert "(8 not marked yet)" in page(course)
    assert [row["out"] for row in rows(course / "out" / "canvas.csv")] == ["45", "", ""]
    assert [row["Grade"] for row in rows(course / "out" / "moodle.csv")] == ["", ""]
    assert book["Ann_Lee"]["note"] == "8 written answers are not marked yet: no points to import until then."
    assert "canvas.csv and moodle.csv hold no points of those who gave them" in told
    mark(course, *[("3", "")] * 16)
    book, told, _ = run(course)
    assert (book["Ann_Lee"]["total"], "answers to mark" in book["Ann_Lee"]) == ("27", False)
    assert [row["out"] for row in rows(course / "out" / "canvas.csv")] == ["45", "27", "27"]
    assert "not marked yet" not in told + page(course)
    assert "27 <small>of 45 points" in page(course)


def test_one_point_is_no_points(course, worth):
    worth(most=dict.fromkeys(MOST, 1))
    run(course)
    mark(course, ("1", ""))
    run(course)
    for told in (page(course), (course / "out" / "class.html").read_text(encoding="utf-8")):
        assert "1 of 1 point<" in told
        assert not re.search(r"\b1 points", told)
    assert [signed(points) for points in (1.5, -2, 0, -0.0)] == ["+1.5", "−2", "±0", "±0"]


def test_a_mark_above_its_maximum_is_refused_with_its_row(course, worth):
    worth()
    run(course)
    mark(course, ("3", ""), ("3.5", ""))
    with pytest.raises(
        ValueError, match=r"row 3: 3.5 points, and NetworkVisualization, Question 1 has 3 at most"
    ):
        run(course)


def test_lateness_and_adjustments_count_on_top_of_the_marks(course, worth, monkeypatch):
    worth(share=40)
    term = Term(due=read_moment("2030-02-01T00:00Z", None), late=LatePolicy(50, percent=True))
    monkeypatch.setattr(reports_module, "load_term", lambda: term)
    run(course)
    mark(course, *[("3", "")] * 16)
    table = course / "out" / "adjust.csv"
    table.write_text("student,task,points,reason\nAnn Lee,total,-2,Late for the talk\n", encoding="utf-8")
    folder = read_class(course / "hw")
    (student,) = folder.entries[0].students
    late = replace(student, handed_in="2030-02-01T10:00Z")
    folder.entries[0] = replace(folder.entries[0], students=(late,))
    with Journal(course / "out" / "journal") as journal:
        about = Class(folder, course / "out", [], ("sim",), Options(1))
        write_class_reports(about, journal)
    book = {row["submission"]: row for row in rows(course / "out" / "gradebook.csv")}
    assert (book["Ann_Lee"]["for lateness"], book["Ann_Lee"]["adjusted"], book["Ann_Lee"]["total"]) == (
        "-13.5",
        "-2",
        "11.5",
    )


# ---- without names --------------------------------------------------------------------------------------


def test_a_marker_sees_pseudonyms_and_they_are_undone_by_the_next_run(course, worth):
    worth()
    run(course, anonymous=True)
    text = (course / "out" / "answers.csv").read_text(encoding="utf-8")
    assert "Ann" not in text
    assert "Bo" not in text
    hidden = {row["submission"] for row in rows(course / "out" / "answers.csv")}
    assert all(re.fullmatch("anon-[a-z2-7]{10}", name) for name in hidden)
    answers = (
        (course / "out" / "class.html").read_text(encoding="utf-8").partition('<section id="answers">')[2]
    )
    assert "Ann" not in answers
    assert hidden <= set(re.findall(r"anon-\w+", answers))
    table = mark(course, ("1", "a"), ("3", "b"))
    first = table[0]["submission"]
    book, _, _ = run(course, anonymous=True)
    again = rows(course / "out" / "answers.csv")
    assert {row["submission"] for row in again} == hidden
    assert [row["points"] for row in again[:2]] == ["1", "3"]
    assert sorted(row["written"] for row in book.values()) == ["1", "3"]
    named = run(course)[0]
    merged = {row["submission"]: row for row in rows(course / "out" / "answers.csv") if row["points"]}
    assert {name: row["points"] for name, row in merged.items()} == {
        name: row["written"] for name, row in named.items()
    }
    run(course, anonymous=True)
    assert rows(course / "out" / "answers.csv")[0]["submission"] == first
    assert (course / "out" / "journal" / KEY).stat().st_mode & 0o077 == 0


def test_without_the_key_no_mark_is_lost_and_other_classes_have_other_pseudonyms(course, worth, tmp_path):
    worth()
    run(course, anonymous=True)
    one = mark(course, ("1", "a"))[0]["submission"]
    (course / "out" / "journal" / KEY).unlink()
    before = (course / "out" / "answers.csv").read_bytes()
    with pytest.raises(ValueError, match="no submission called 'anon-"):
        run(course)
    assert (course / "out" / "answers.csv").read_bytes() == before
    shutil.rmtree(course / "out")
    run(course, anonymous=True)
    assert one not in {row["submission"] for row in rows(course / "out" / "answers.csv")}


def test_one_submission_has_no_pseudonym(tmp_path, capsys):
    path = pack(tmp_path / "ann.zip")
    assert main(["grade", str(path), "--anonymous", "--results", str(tmp_path / "r")]) == 2
    assert "--anonymous" in capsys.readouterr().err


# ---- what a question is worth ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "points", "told"),
    [
        ("**Question 1.** Why?", 2, "**Question 1.** *(2 points)* Why?"),
        ("**Question 12.** *(3 points)* Why?", 1, "**Question 12.** *(1 point)* Why?"),
        ("**问题 2.** 为什么？", 1.5, "**问题 2.** *（1.5 分）* 为什么？"),
        ("**Question 1.** *(2 points)* Why *(3 points)*?", None, "**Question 1.** Why *(3 points)*?"),
        ("No question", 3, "No question"),
    ],
)
def test_what_a_question_is_worth_stands_behind_its_number(source, points, told):
    assert with_points(source, points) == told
    assert with_points(told, points) == told
    assert points_in(with_points(source, points)) == (
        points if "问题" in source or "Question" in source else None
    )
    assert without_points(told) == without_points(source)


def test_every_notebook_and_its_translation_tell_students_and_the_texts_are_otherwise_the_same(monkeypatch):
    assert list(question_points.stale_notebooks()) == []
    monkeypatch.setattr(question_points, "load_written", lambda: Written(0, MOST))
    stale = dict(question_points.stale_notebooks())
    assert {path.relative_to(ROOT).as_posix() for path in stale} == {
        f"notebooks/{folder}{name}.ipynb"
        for folder in ("", "zh/")
        for name in ("NetworkVisualization", "SelfSupervisedLearning")
    }
    for path, text in stale.items():
        told = [cell.source for cell in nbformat.reads(text, as_version=4).cells if points_in(cell.source)]
        assert len(told) == len(keys_of(f"notebooks/{path.name}"))
        assert "\n".join(map(without_points, text.splitlines())) + "\n" == path.read_text(encoding="utf-8")


def test_a_release_whose_notebooks_say_other_points_is_refused(monkeypatch, capsys, tmp_path):
    assert prove.promises(quick=True)["it says what each task and question is worth"](tmp_path) == []
    monkeypatch.setattr(question_points, "load_written", lambda: Written(0, MOST))
    first, *_ = prove.points_are_told(tmp_path)
    assert first.startswith("notebooks/NetworkVisualization.ipynb is not what tasks.toml says.")
    assert main(["points", "--check"]) == 1
    assert first in capsys.readouterr().err


def test_nobody_is_graded_again_because_a_question_is_worth_something_else(tmp_path, monkeypatch):
    monkeypatch.setattr(version, "ROOT", tmp_path)
    book = tmp_path / "notebooks" / "a.ipynb"
    book.parent.mkdir()
    found = []
    for text in ("**Question 1.** Why?", "**Question 1.** *(2 points)* Why?", "**Question 1.** How?"):
        book.write_text(f'{{\n "source": [\n  "{text}"\n ]\n}}\n', encoding="utf-8")
        found.append(version._files_version(()))
    assert found[0] == found[1] != found[2]


def test_a_translation_stays_current_and_says_the_points_in_its_language():
    from instructor.release.translated import _sections

    name = notebooks()[0]
    sections, where = _sections("zh", "NetworkVisualization")
    plain, wrong = translated_notebook((ROOT / name).read_text("utf-8"), sections, where)
    text = (ROOT / name).read_text("utf-8").replace("**Question 3.** A", "**Question 3.** *(4 points)* A")
    told, also_wrong = translated_notebook(text, sections, where)
    assert (wrong, also_wrong) == ([], [])
    assert "**问题 3.** *（4 分）* 网络" in told
    assert "（4 分）" not in plain


@pytest.fixture
def tasks_file(tmp_path, monkeypatch):
    path = tmp_path / "tasks.toml"
    path.write_text(TASKS_FILE.read_text())
    monkeypatch.setattr(new_term, "TASKS_FILE", path)
    for name in ("write_public_table", "write_question_points"):
        monkeypatch.setattr(new_term, name, lambda: None)
    return path


def test_what_questions_are_worth_is_printed_also_before_it_is_written(tasks_file, capsys):
    before = tasks_file.read_bytes()
    assert main(["new-term", "--written", "10", "--scale", "--check"]) == 0
    told = capsys.readouterr().out
    assert tasks_file.read_bytes() == before
    assert "written answers: not set -> 10 of the 100 points" in told
    assert "NetworkVisualization, points of questions 1, 2, …: not set -> 1 1 1 1 1 1 1 1\n" in told
    assert "-> 1 1 0 0 0 0 0 0\n" in told
    assert "Warning: 0 points for question 3, 4, 5, 6, 7, 8 of SelfSupervisedLearning." in told
    assert main(["new-term", "--written", "30", "--scale"]) == 0
    assert "Warning" not in capsys.readouterr().out


def test_a_share_of_the_hundred_is_set_and_taken_back(tasks_file):
    before = load_tasks(tasks_file)
    assert main(["new-term", "--written", "30", "--scale"]) == 0
    written = load_written(tasks_file)
    assert (written.share, sum(written.most.values())) == (30, 30)
    assert sum(task.points for task in load_tasks(tasks_file) if not task.bonus) == 70
    more, less = "NetworkVisualization.1=3", "NetworkVisualization.2=1"
    assert main(["new-term", "--question", more, "--question", less]) == 0
    assert load_written(tasks_file).most[FIRST] == 3
    assert main(["new-term", "--written", "0", "--scale"]) == 0
    assert load_written(tasks_file).share == 0
    assert main(["new-term", "--question", "NetworkVisualization=4"]) == 0
    assert load_written(tasks_file).most[SECOND] == 4
    assert sum(task.points for task in load_tasks(tasks_file) if not task.bonus) == 100
    assert len(before) == len(load_tasks(tasks_file))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "--written 20",
            "the points add up to 100, 20 are too many: the tasks have to leave room for the 20 of",
        ),
        ("--written many", "'many' is no whole number"),
        ("--question NetworkVisualization.9=2", "there is no question NetworkVisualization.9"),
        ("--question NetworkVisualization.1=2", "say first what each question is worth"),
        ("--question Other.1=2", "there is no question Other.1; there are NetworkVisualization.1 to"),
        ("--question first", "write it as NetworkVisualization.3=2"),
    ],
)
def test_what_is_no_question_or_does_not_add_up_is_refused(tasks_file, capsys, words, sentence):
    before = tasks_file.read_bytes()
    assert main(["new-term", *words.split()]) == 2
    assert sentence in capsys.readouterr().err
    assert tasks_file.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("NetworkVisualization = [1, 2]", r"NetworkVisualization \(8\), SelfSupervisedLearning \(8\)"),
        ("Other = [1]", "Other = .1. is none"),
        ('NetworkVisualization = [1, 1, 1, 1, 1, 1, 1, "two"]', "'two' is no number of points"),
        (
            "share = 20\nNetworkVisualization = [1, 1, 1, 1, 1, 1, 1, 1]",
            "add up to 8, not to the share of 20",
        ),
        ("share = 8\nNetworkVisualization = [1, 1, 1, 1, 1, 1, 1, 1]", "has questions and no points"),
        ("share = 120", "share in .written. is a whole number"),
    ],
)
def test_a_table_of_maxima_that_is_none_is_refused(tmp_path, text, sentence):
    (tmp_path / "tasks.toml").write_text(f"[written]\n{text}\n")
    with pytest.raises(ValueError, match=sentence):
        load_written(tmp_path / "tasks.toml")


def test_every_question_has_a_rubric_that_students_never_receive():
    assert [question for question in questions() if len(rubric_of(question)) < 80] == []
    kept = (ROOT / "instructor" / "rubrics" / "NetworkVisualization.md").read_text(encoding="utf-8")
    line = next(line for line in kept.splitlines() if line.startswith("Full: at most"))
    found = leaks.leaks({"docs/student.md": line.encode()})
    assert any("instructor/rubrics/NetworkVisualization.md" in sentence for sentence in found)


def test_a_rubric_stands_beside_its_answers(course):
    run(course)
    table = rows(course / "out" / "answers.csv")
    assert table[0]["rubric"] == rubric_of(table[0]["question"])
    with (course / "out" / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "maximum" not in next(csv.reader(file))
