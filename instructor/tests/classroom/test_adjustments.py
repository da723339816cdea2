"""Overrides, appeals, partial credit, extensions: one table, read at each run, which grades nothing again."""

import csv
import json

import pytest

from instructor.__main__ import main
from instructor.classroom import reports as reports_module
from instructor.classroom.adjustments import HEADER, read_adjustments
from instructor.classroom.class_run import run_class
from instructor.classroom.entries import Student, read_class
from instructor.classroom.gradebook import _joined
from instructor.classroom.journal import Journal
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.work import Options
from instructor.core.tasks import load_tasks
from instructor.core.term import LatePolicy, Term, read_moment, read_zone
from instructor.tests.classroom.test_classroom import Silent, pack, rows
from instructor.tests.classroom.test_freshness import Grader, change

DUE = read_moment("2030-02-01", read_moment("2030-02-01T00:00+01:00", None).tzinfo)
TERM = Term(due=DUE, late=LatePolicy(per_day=1))


def save(path, *table, delimiter=","):
    """A table of adjustments as a spreadsheet saves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(HEADER)
        writer.writerows([*row, *[""] * (6 - len(row))] for row in table)
    return path


@pytest.fixture
def course(tmp_path):
    """A class of three who have each 3 of 5 points."""
    for name in ("ann", "bob", "eve"):
        pack(tmp_path / "hw" / f"{name}.zip", name)
    return tmp_path


def run(course, absent=(), **kwargs):
    """Grade and write the reports; the names that were graded and the gradebook by submission or name."""
    folder, pool = read_class(course / "hw"), Grader()
    with Journal(course / "out" / "journal") as journal:
        run_class(folder.entries, Options(1), journal, pool, Silent())
        about = Class(folder, course / "out", list(absent), ("sim",), Options(1), **kwargs)
        told = write_class_reports(about, journal)
    book = {row["submission"] or row["student"]: row for row in rows(course / "out" / "gradebook.csv")}
    return pool.submitted, book, told


def page(course, name="ann"):
    return (course / "out" / "students" / name / "feedback.html").read_text(encoding="utf-8")


def test_an_override_a_partial_credit_and_a_change_of_the_total_count_in_every_report(course):
    save(
        course / "out" / "adjust.csv",
        ("Ann", "sim", "5", "", "Your appeal: the axis was not stated"),
        ("bob", "Cosine similarity", "", "1,5", "Partial credit for the gradient"),
        ("bob", "total", "-0.5", "", "The zip held 2 GB of data"),
        ("eve", "total", "4", "", "Oral exam"),
    )
    _, book, _ = run(course)
    assert [book[name]["total"] for name in ("ann", "bob", "eve")] == ["5", "4", "4"]
    assert [book[name]["adjusted"] for name in ("ann", "bob", "eve")] == ["2", "1", "1"]
    assert [book[name]["sim"] for name in ("ann", "bob", "eve")] == ["5", "4.5", "3"]
    why = "Cosine similarity: 5 instead of 3 points. Your appeal: the axis was not stated."
    assert book["ann"]["why"] == why
    assert why in page(course)
    assert "The zip held 2 GB of data." in page(course, "bob")
    result = json.loads((course / "out" / "students" / "bob" / "results.json").read_text(encoding="utf-8"))
    assert result["score"] == 4.0
    assert sum(test["score"] for test in result["tests"]) == 4.0
    assert [each["points"] for each in result["extra_data"]["grade"]["changes"]] == [1.5, -0.5]
    assert why in (course / "out" / "class.html").read_text(encoding="utf-8")
    assert "Oral exam" in (course / "out" / "summary.md").read_text(encoding="utf-8")
    moodle = {row["Full name"]: row for row in rows(course / "out" / "moodle.csv")}
    assert (moodle["eve"]["Grade"], "Oral exam." in moodle["eve"]["Feedback comments"]) == ("4", True)
    assert [row["out"] for row in rows(course / "out" / "canvas.csv")] == ["5", "5", "4", "4"]


def test_an_adjustment_grades_nothing_again_and_new_points_are_counted_below_it(course, monkeypatch):
    run(course)
    save(course / "out" / "adjust.csv", ("ann", "sim", "", "+1", "Appeal"), ("bob", "sim", "4", "", "Appeal"))
    submitted, book, told = run(course)
    assert submitted == []
    assert (book["ann"]["total"], book["bob"]["total"]) == ("4", "4")
    assert "lowers" not in told
    points = {"points": 20, "aspects": {"value": 14, "gradient": 2, "leaves_inputs_alone": 4}}
    change(monkeypatch, "sim", **points)
    submitted, book, told = run(course)
    assert submitted == []
    assert [book[name]["total"] for name in ("ann", "bob", "eve")] == ["19", "4", "18"]
    lowers = "An override lowers what was earned: bob, sim: 4 instead of 18."
    assert lowers in told
    assert lowers in (course / "out" / "class.html").read_text(encoding="utf-8")
    save(
        course / "out" / "adjust.csv", ("ann", "total", "1", "", "Copied"), ("bob", "sim", "4", "", "Appeal")
    )
    told = run(course)[2]
    assert "2 overrides lower what was earned: ann, total: 1 instead of 18; bob, sim: 4 instead of" in told


def test_without_adjustments_there_is_an_empty_table_and_no_column(course):
    _, book, _ = run(course)
    assert (course / "out" / "adjust.csv").read_text(encoding="utf-8-sig").strip() == ",".join(HEADER)
    assert not {"adjusted", "why", "for lateness", "handed in"} & set(book["ann"])
    assert "How it adds up" not in page(course)
    assert "Adjusted" not in (course / "out" / "class.html").read_text(encoding="utf-8")


def test_a_task_never_has_more_than_its_points_and_it_is_said(course):
    save(
        course / "out" / "adjust.csv", ("ann", "sim", "", "3", "Generous"), ("bob", "sim", "", "-9", "Copied")
    )
    _, book, _ = run(course)
    assert (book["ann"]["total"], book["bob"]["total"]) == ("5", "0")
    assert "5 instead of 3 points (of +3, what there is room for). Generous." in book["ann"]["why"]


def test_who_has_no_grade_may_be_given_one(course):
    (course / "hw" / "zoe.zip").write_bytes(b"no zip")
    absent = [Student(name="Lee, Kim", number="17"), Student(name="Ray, Jo", number="18")]
    save(
        course / "out" / "adjust.csv",
        ("kim lee", "total", "60", "", "Medical certificate"),
        ("zoe", "total", "+40", "", "Shown on the laptop"),
        ("zoe", "sim", "", "1", "Waits"),
    )
    _, book, told = run(course, absent)
    assert (book["Lee, Kim"]["total"], book["zoe"]["total"], book["Ray, Jo"]["total"]) == ("60", "40", "")
    assert book["zoe"]["status"] == "not graded"
    assert "Shown on the laptop" in page(course, "zoe")
    assert "points of single tasks change nothing; give points for the total: zoe." in told


def test_a_total_that_is_given_decides_between_several_uploads(course):
    (course / "hw" / "leeann_7_100_a.zip").write_bytes((course / "hw" / "ann.zip").read_bytes())
    (course / "hw" / "leeann_7_200_b.rar").write_bytes(b"Rar!")
    save(course / "out" / "adjust.csv", ("7", "total", "", "1", "Asked well"))
    _, book, _ = run(course)
    assert sorted(row["total"] for row in book.values() if row["id"] == "7") == ["", "4"]
    points = {row["ID"]: row["out"] for row in rows(course / "out" / "canvas.csv")}
    assert points["7"] == ""  # which of the two counts is in doubt
    save(course / "out" / "adjust.csv", ("7", "total", "5", "", "The zip counts"))
    _, book, _ = run(course)
    assert sorted(row["total"] for row in book.values() if row["id"] == "7") == ["", "5"]
    points = {row["ID"]: row["out"] for row in rows(course / "out" / "canvas.csv")}
    assert points["7"] == "5"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("nobody", "sim", "1", "", "x"), "line 2: there is no student 'nobody' in this class"),
        (("ann", "simm", "1", "", "x"), "line 2: there is no task 'simm'; there are compute_saliency_maps"),
        (("ann", "", "1", "", "x"), "line 2: it names no task"),
        (("ann", "sim", "many", "", "x"), "line 2: 'many' is not a number of points"),
        (("ann", "sim", "6", "", "x"), "line 2: 6 points, and sim has 5 at most"),
        (("ann", "sim", "", "", "x"), "line 2: it changes nothing"),
        (("ann", "sim", "1", "1", "x"), "line 2: points and change exclude each other"),
        (("ann", "sim", "1", "", ""), "line 2: give a reason"),
        (("", "sim", "1", "", "x"), "line 2: it names no student"),
        (
            ("anne", "sim", "1", "", "x"),
            "line 2: there is no student 'anne' in this class. Did you mean ann?",
        ),
        (("Lee", " Ann", "sim", "1", "", "x"), "line 2: 'sim' stands where the points should: a name with a"),
        (("ann", "", "", "", "ill", "soon"), "line 2: 'soon' is no date"),
        (("ann", "", "", "", "ill", "2030-01-03"), "line 2: the extension until 2030-01-03 23:59"),
        (("ann", "sim", "", "", "ill", "2030-02-03"), "line 2: an extension is of the whole submission"),
        (("ann", "", "3", "", "ill", "2030-02-03"), "line 2: an extension and points are two rows"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_and_its_line_is_named(
    course, row, sentence, monkeypatch, capsys
):
    monkeypatch.setattr(reports_module, "load_term", lambda: TERM)
    target = course / "r" / "hw"
    save(target / "adjust.csv", row)
    words = ["grade", str(course / "hw"), "--results", str(course / "r"), "--sandbox", "none"]
    assert main(words) == 2
    assert f"adjust.csv, {sentence}" in " ".join(capsys.readouterr().err.split())
    assert not list((target / "journal").glob("*.json"))


def test_an_extension_and_the_deadline_are_told_in_one_zone(course):
    path = save(course / "a.csv", ("ann", "", "", "", "ill", "2030-02-01"))
    term = Term(due=DUE, zone=read_zone("Europe/Berlin"))
    with pytest.raises(ValueError, match=r"until 2030-02-01 23:59 UTC.01:00 ends no later than the deadline"):
        read_adjustments(path, term)


@pytest.mark.parametrize(
    ("parts", "sentences", "said"),
    [
        (["A: 1 of 2", "B: 0 of 3"], [], "A: 1 of 2; B: 0 of 3"),
        (
            ["A: 1 of 2. Good!", "B: 0 of 3"],
            ["Handed in late."],
            "A: 1 of 2. Good! B: 0 of 3. Handed in late.",
        ),
        ([], ["Handed in late.", "When is not known."], "Handed in late. When is not known."),
    ],
)
def test_the_parts_of_a_comment_are_joined_as_sentences(parts, sentences, said):
    assert _joined(parts, sentences) == said


def test_the_line_is_that_of_the_file(course):
    path = save(course / "a.csv", ("ann", "sim", "1", "", "two\nlines"), (), ("bob", "sim", "x", "", "y"))
    with pytest.raises(ValueError, match=r"a\.csv, line 5: 'x'"):
        read_adjustments(path, TERM)


def test_two_rows_that_contradict_each_other_are_refused_and_several_changes_add_up(course):
    save(course / "out" / "adjust.csv", ("ann", "sim", "1", "", "a"), ("ANN", "sim", "2", "", "b"))
    with pytest.raises(ValueError, match="line 3: ANN has points for sim in line 2 already"):
        run(course)
    save(course / "out" / "adjust.csv", ("ann", "sim", "", "1", "a"), ("ann", "sim", "", "0.5", "b"))
    assert run(course)[1]["ann"]["total"] == "4.5"


def test_a_name_that_two_bear_is_refused_and_a_number_is_not(course):
    absent = [Student(name="Lee, Kim", number="17"), Student(name="Kim Lee", number="18")]
    save(course / "out" / "adjust.csv", ("Kim Lee", "total", "60", "", "x"))
    with pytest.raises(ValueError, match="line 2: 2 students may be called 'Kim Lee'"):
        run(course, absent)
    save(course / "out" / "adjust.csv", ("18", "total", "60", "", "x"))
    assert run(course, absent)[1]["Kim Lee"]["total"] == "60"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_table_of_any_spreadsheet_is_read_and_one_elsewhere_too(course, delimiter):
    path = save(course / "mine.csv", ("ann", "sim", "4,5", "", "so; so"), delimiter=delimiter)
    assert run(course, adjust=path)[1]["ann"]["total"] == "4.5"
    assert not (course / "out" / "adjust.csv").exists()
    with pytest.raises(ValueError, match="There is no table of adjustments"):
        run(course, adjust=course / "gone.csv")


def test_a_header_that_is_none_is_refused(course):
    (course / "out").mkdir()
    (course / "out" / "adjust.csv").write_text("student,task,pts,reason\nann,sim,5,x\n", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"adjust.csv can't be read: its first line .*'points' is not among"
    ) as said:
        run(course)
    assert "older copy" not in str(said.value)


def test_a_hostile_reason_is_text_in_every_report(course):
    save(course / "out" / "adjust.csv", ("ann", "total", "", "1", "=cmd() <script>alert(1)</script>"))
    run(course)
    assert "<script" not in page(course) + (course / "out" / "class.html").read_text(encoding="utf-8")


def test_every_task_may_be_adjusted_by_its_id_or_title(course):
    table = [("ann", word, "", "1", "x") for task in load_tasks() for word in (task.id, task.title)]
    found = read_adjustments(save(course / "a.csv", *table), TERM)
    assert len(found.of(Student(name="ann"))) == 2 * len(load_tasks())
