"""A class run: who handed in what, resuming, the gradebook; with a pool that grades at once."""

import contextlib
import csv
import dataclasses
import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile

import pytest

from instructor.__main__ import main
from instructor.classroom.class_run import run_class
from instructor.classroom.entries import ClassError, Entry, Student, is_class, read_class
from instructor.classroom.exports import plain_name
from instructor.classroom.hand_grades import HandGrades, questions, written_answers
from instructor.classroom.journal import Busy, Journal, Record
from instructor.classroom.page import _escape, class_html, prose
from instructor.classroom.pool import Event
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.roster import match, read_roster
from instructor.classroom.table_file import read_table, write_table
from instructor.classroom.tallies import Statistics
from instructor.classroom.work import Options
from instructor.cli import grade_class
from instructor.core.result import CheckResult, Diagnosis, Result, TaskResult, from_plain, to_plain
from instructor.core.tasks import ROOT, load_tasks, notebooks, todo_modules
from instructor.grading.intake import handed_in, read_submission


def pack(path, extra=""):
    """A submission as it is released, told apart by a comment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in todo_modules():
            archive.writestr(name, (ROOT / name).read_text(encoding="utf-8") + f"# {extra}\n")
    return path


def graded(name="ann", seed=1, earned=3.0, message=""):
    """A result of one task with two aspects."""
    diagnosis = (Diagnosis("wrong_sign", "The sign is turned.", "Look at the minus."),)
    check = CheckResult("test_x", "sim", "gradient", "Its gradient is right.", "failed", message or "no", 0.5)
    check = dataclasses.replace(check, diagnosis=diagnosis)
    aspects = {"value": (earned, 2), "gradient": (0.0, 2), "leaves_inputs_alone": (1.0, 1)}
    task = TaskResult("sim", "Cosine similarity", 5, earned + 1, "partial", aspects, (check,))
    return Result(name, seed, "bwrap", [task], seconds=2.5)


class AtOnce:
    """A pool that grades in no time; `loses` names submissions whose worker dies so many times."""

    def __init__(self, jobs=2, loses=None, stop_after=None):
        self.jobs, self.submitted, self.loses, self.stop_after = jobs, [], dict(loses or {}), stop_after
        self._events = []

    running = property(lambda self: len(self._events))
    has_room = property(lambda self: len(self._events) < self.jobs)

    def submit(self, name, packed):
        if self.stop_after is not None and len(self.submitted) >= self.stop_after:
            raise KeyboardInterrupt
        self.submitted.append(name)
        if self.loses.get(name, 0):
            self.loses[name] -= 1
            self._events.append(Event(name, "lost", "its process ended (status -9)"))
        else:
            result = graded(name, json.loads(packed.partition(b"\n")[0])["options"]["seed"])
            self._events.append(Event(name, "done", graded=json.dumps(to_plain(result)).encode()))

    def events(self, seconds):
        events, self._events = self._events, []
        yield from events


class Silent:
    def happened(self, event):
        pass

    def settled(self, entry, result, fresh):
        pass


@pytest.fixture
def course(tmp_path):
    """A class folder with three sound submissions and a broken one."""
    for name in ("ann", "bob", "eve"):
        pack(tmp_path / "hw" / f"{name}.zip", name)
    (tmp_path / "hw" / "zoe.zip").write_bytes(b"no zip")
    return tmp_path / "hw"


def run(course, target, pool=None, seed=1, **kwargs):
    """Grade a class folder and write its reports; what the pool was given and the tally."""
    pool = pool or AtOnce()
    folder = read_class(course)
    with Journal(target / "journal") as journal:
        try:
            tally = run_class(folder.entries, Options(seed), journal, pool, Silent(), **kwargs)
        except KeyboardInterrupt:
            tally = None
        write_class_reports(Class(folder, target, [], ("sim",)), journal)
    return pool.submitted, tally


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# ---- who handed in what ---------------------------------------------------------------------------------


def test_a_folder_with_the_package_is_one_submission_and_any_other_a_class(tmp_path):
    (tmp_path / "ann" / "cs231n").mkdir(parents=True)
    assert not is_class(tmp_path / "ann")
    assert is_class(tmp_path)
    assert not is_class(pack(tmp_path / "bob.zip"))


def test_a_folder_that_is_neither_is_told_what_is_missing(tmp_path, capsys):
    (tmp_path / "contrastive_loss.py").write_text("")
    assert main(["grade", str(tmp_path), "--results", str(tmp_path / "r")]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "holds no cs231n/" in said
    assert "neither a zip nor a folder" in said


def names_and_students(folder):
    return {entry.name: [(s.name, s.id) for s in entry.students] for entry in read_class(folder).entries}


def test_moodles_export_is_read(tmp_path):
    pack(tmp_path / "Ann Lee_1234_assignsubmission_file" / "submission.zip")
    pack(tmp_path / "Bob Ray_77_assignsubmission_file_" / "my work.zip")
    (tmp_path / "Bob Ray_77_assignsubmission_onlinetext").mkdir()
    pack(tmp_path / "Eve_5_assignsubmission_file_final.zip")
    assert names_and_students(tmp_path) == {
        "Ann_Lee-1234": [("Ann Lee", "1234")],
        "Bob_Ray-77": [("Bob Ray", "77")],
        "Eve-5": [("Eve", "5")],
    }
    assert all(entry.path.suffix == ".zip" for entry in read_class(tmp_path).entries)


def test_canvas_export_is_read_and_the_last_upload_counts(tmp_path):
    pack(tmp_path / "leeann_12_900_submission.zip")
    pack(tmp_path / "leeann_12_1000_submission-1.zip")
    pack(tmp_path / "raybob_LATE_13_901_submission.zip")
    folder = read_class(tmp_path)
    assert folder.kind == "canvas"
    assert [(entry.name, entry.late) for entry in folder.entries] == [
        ("leeann-12", False),
        ("raybob-13", True),
    ]
    assert folder.entries[0].path.name == "leeann_12_1000_submission-1.zip"
    assert folder.older == ["leeann_12_900_submission.zip"]


def test_canvas_names_may_hold_underscores_or_be_anonymous(tmp_path):
    pack(tmp_path / "smith_jr_john_17_905_my_code_2.zip")
    pack(tmp_path / "LATE_anon_Zz9pQ_902_submission-1.zip")
    pack(tmp_path / "anon_Zz9pQ_900_submission.zip")
    assert names_and_students(tmp_path) == {
        "smith_jr_john-17": [("smith_jr_john", "17")],
        "anon_Zz9pQ": [("anon_Zz9pQ", "")],
    }
    assert [entry.late for entry in read_class(tmp_path).entries] == [True, False]


def test_different_students_are_never_taken_for_uploads_of_one(tmp_path):
    pack(tmp_path / "ann_231_1_hw.zip")
    pack(tmp_path / "bob_231_1_hw.zip")
    assert len(read_class(tmp_path).entries) == 2


def test_two_zips_of_one_student_in_moodle_are_a_problem_of_theirs(tmp_path):
    pack(tmp_path / "Eve_81_assignsubmission_file_a.zip")
    pack(tmp_path / "Eve_81_assignsubmission_file_b.zip")
    (entry,) = read_class(tmp_path).entries
    assert "Eve holds 2 zips" in entry.problem


def test_names_of_any_script_are_kept_and_told_apart(tmp_path):
    for name in ("张伟", "刘洋", "Zoë", "Ann!"):
        pack(tmp_path / f"{name}.zip")
    found = {entry.students[0].name: entry.name for entry in read_class(tmp_path).entries}
    assert set(found) == {"张伟", "刘洋", "Zoë", "Ann!"}
    assert (found["Zoë"], found["Ann!"], found["张伟"]) == ("Zoe", "Ann", "张伟")
    assert len(set(found.values())) == 4
    pack(tmp_path / "一.zip")
    assert found.items() <= {e.students[0].name: e.name for e in read_class(tmp_path).entries}.items()


NAMES = {
    "Łukasz Wójcik": "Łukasz_Wojcik",
    "Борис Йорданов": "Борис_Йорданов",
    "김민준": "김민준",
    "أحمد": "أحمد",
    "स्मिता देवी": "स्मिता_देवी",
    "สมหญิง": "สมหญิง",
    "Ngọc Ánh": "Ngoc_Anh",
    "O\u2019Neil\u202e/../x": "O_Neil_.._x",
}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("name", "kept"), NAMES.items())
def test_a_name_in_any_script_keeps_its_letters_however_it_is_stored(name, kept, form):
    assert plain_name(unicodedata.normalize(form, name)) == kept
    assert plain_name(unicodedata.normalize(form, name), "17") == f"{kept}-17"


def test_a_name_that_is_too_long_for_a_file_is_cut_and_told_apart():
    names = {plain_name("张" * 80 + end) for end in "ab"} | {plain_name("a" * 80 + end) for end in "ab"}
    assert len(names) == 4
    assert all(len(name.encode()) < 200 for name in names)


def test_a_name_stays_when_another_student_of_that_name_joins(tmp_path):
    pack(tmp_path / "Lee_2_assignsubmission_file_" / "a.zip")
    pack(tmp_path / "ann.zip")
    before = {entry.name for entry in read_class(tmp_path).entries}
    pack(tmp_path / "Lee_1_assignsubmission_file_" / "a.zip")
    pack(tmp_path / "Ann!.zip")
    assert before < {entry.name for entry in read_class(tmp_path).entries}


def test_an_export_in_a_folder_of_its_own_is_the_class(tmp_path):
    for number in (1, 2):
        (tmp_path / "assignment_7_export" / f"submission_{number}" / "cs231n").mkdir(parents=True)
    (tmp_path / "assignment_7_export" / "submission_metadata.yml").write_text(METADATA)
    assert [entry.path.name for entry in read_class(tmp_path).entries] == ["submission_1", "submission_2"]


def test_a_zip_beside_or_above_the_package_is_not_taken_for_the_submission(tmp_path):
    (tmp_path / "ann" / "work" / "cs231n").mkdir(parents=True)
    pack(tmp_path / "ann" / "data.zip")
    pack(tmp_path / "bob" / "sub" / "submission.zip")
    pack(tmp_path / "bob" / "__MACOSX" / "other.zip")
    paths = [entry.path for entry in read_class(tmp_path).entries]
    assert paths == [tmp_path / "ann", tmp_path / "bob" / "sub" / "submission.zip"]


METADATA = """\
---
submission_1:
  :submitters:
  - :name: Ann Lee
    :sid: '042'
    :email: ann@x.edu
  - :name: Bob Ray
    :sid: 43
    :email: bob@x.edu
  :created_at: 2026-10-01 10:00:00.1 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    score: 3.0
submission_2:
  :submitters: []
"""


def test_gradescopes_export_is_read_and_a_group_has_a_row_for_each_member(tmp_path):
    for number in (1, 2):
        (tmp_path / f"submission_{number}" / "cs231n").mkdir(parents=True)
    (tmp_path / "submission_metadata.yml").write_text(METADATA)
    first, second = read_class(tmp_path).entries
    assert [(s.name, s.number, s.email) for s in first.students] == [
        ("Ann Lee", "042", "ann@x.edu"),
        ("Bob Ray", "43", "bob@x.edu"),
    ]
    assert second.students[0].name == "submission_2"


@pytest.mark.parametrize("text", ["[", "a: !!python/object/apply:os.system [id]", "\x00", "&a [*a"])
def test_broken_metadata_is_a_sentence(tmp_path, text):
    pack(tmp_path / "a.zip")
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(ClassError, match="can't be read"):
        read_class(tmp_path)


def test_names_that_clash_stay_apart(tmp_path):
    pack(tmp_path / "Ann.zip")
    pack(tmp_path / "ann!.zip")
    pack(tmp_path / "Lee_1_assignsubmission_file_" / "a.zip")
    pack(tmp_path / "Lee_2_assignsubmission_file_" / "a.zip")
    names = [entry.name for entry in read_class(tmp_path).entries]
    assert len({name.lower() for name in names}) == 4
    assert {"Lee-1", "Lee-2"} <= set(names)


def test_a_folder_with_two_zips_and_a_link_are_problems_of_their_own(tmp_path):
    pack(tmp_path / "ann" / "a.zip")
    pack(tmp_path / "ann" / "b.zip")
    (tmp_path / "bob.zip").symlink_to("/etc/passwd")
    problems = {entry.name: entry.problem for entry in read_class(tmp_path).entries}
    assert "holds 2 zips" in problems["ann"]
    assert "is a link" in problems["bob"]


def test_a_roster_gives_numbers_and_tells_who_is_missing(tmp_path):
    (tmp_path / "list.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        "    Points Possible,,,,\n"
        '"Lee, Ann",12,S12,alee,A\n"Ray, Bob",13,S13,bray,A\n"Møller, Zoë",14,S14,zm,B\n',
        encoding="utf-8-sig",
    )
    roster = read_roster(tmp_path / "list.csv")
    entries = [
        Entry("leeann", tmp_path, (Student(name="leeann", id="12"),)),
        Entry("bray", tmp_path, (Student(name="bray"),)),
    ]
    matched, absent = match(entries, roster)
    assert [entry.students[0].number for entry in matched] == ["S12", "S13"]
    assert [student.name for student in absent] == ["Møller, Zoë"]


def test_two_students_of_one_name_are_not_taken_for_each_other(tmp_path):
    (tmp_path / "list.csv").write_text("Name;Email\nAnn Lee;a1@x\nAnn Lee;a2@x\n")
    entry = Entry("a", tmp_path, (Student(name="Ann Lee"),))
    matched, absent = match([entry], read_roster(tmp_path / "list.csv"))
    assert matched[0].students[0].email == ""
    assert len(absent) == 2


# ---- the run --------------------------------------------------------------------------------------------


def test_one_broken_submission_stops_no_other(course, tmp_path):
    _, tally = run(course, tmp_path / "out")
    assert (tally.graded, tally.failed) == (3, 1)
    book = {row["submission"]: row for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert book["zoe"]["status"] == "not graded"
    assert {book[name]["total"] for name in ("ann", "bob", "eve")} == {"4"}


def test_unchanged_work_is_not_graded_again(course, tmp_path):
    run(course, tmp_path / "out")
    submitted, tally = run(course, tmp_path / "out")
    assert submitted == []
    assert tally.unchanged == 3
    pack(course / "bob.zip", "new")
    assert run(course, tmp_path / "out")[0] == ["bob"]
    assert run(course, tmp_path / "out", seed=2)[0] == ["ann", "bob", "eve"]
    assert run(course, tmp_path / "out", seed=2, force=True)[0] == ["ann", "bob", "eve"]


def test_a_score_of_work_that_has_changed_since_is_not_shown(course, tmp_path):
    run(course, tmp_path / "out")
    pack(course / "bob.zip", "new")
    run(course, tmp_path / "out", AtOnce(stop_after=0))
    book = {row["submission"]: row for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert (book["bob"]["status"], book["bob"]["total"]) == ("not graded yet", "")
    assert (book["ann"]["status"], book["ann"]["total"]) == ("graded", "4")
    run(course, tmp_path / "out")
    book = {row["submission"]: row for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert (book["bob"]["status"], book["bob"]["total"]) == ("graded", "4")


def test_a_run_that_was_stopped_goes_on_and_gives_the_same_gradebook(course, tmp_path):
    run(course, tmp_path / "whole")
    _, tally = run(course, tmp_path / "out", AtOnce(jobs=1, stop_after=2))
    assert tally is None
    statuses = {row["submission"]: row["status"] for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert statuses == {"ann": "graded", "bob": "graded", "eve": "not graded yet", "zoe": "not graded yet"}
    assert run(course, tmp_path / "out")[0] == ["eve"]
    for name in ("gradebook.csv", "canvas.csv", "moodle.csv", "class.html", "summary.md", "answers.csv"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "out" / name).read_bytes().replace(
            b"<h1>out", b"<h1>whole"
        ) or name in ("class.html", "summary.md", "canvas.csv")


def test_a_submission_whose_worker_is_lost_is_tried_again(course, tmp_path):
    submitted, tally = run(course, tmp_path / "out", AtOnce(loses={"ann": 1, "bob": 9}))
    assert (submitted.count("ann"), submitted.count("bob")) == (2, 2)
    assert tally.failed == 2  # bob and the broken one
    assert "bob" in run(course, tmp_path / "out")[0]


def test_a_damaged_record_is_graded_again(course, tmp_path):
    run(course, tmp_path / "out")
    (tmp_path / "out" / "journal" / "ann.json").write_text('{"name": "ann"')
    (tmp_path / "out" / "journal" / "bob.json").write_text('{"name": 3, "key": "", "result": {}}')
    assert run(course, tmp_path / "out")[0] == ["ann", "bob"]


def test_two_runs_do_not_share_a_journal(tmp_path):
    with Journal(tmp_path) as _, pytest.raises(Busy, match="Another run"), Journal(tmp_path):
        pass


def test_a_record_survives_the_journal(tmp_path):
    record = Record("ann", "key", graded(message="“quoted” & <b>\n"), {"n#c": "an answer"})
    with Journal(tmp_path) as journal:
        journal.write(record)
        assert journal.read("ann") == record
        assert journal.seed() == 1
        assert journal.read("bob") is None
    assert from_plain(Record, to_plain(record)) == record


def test_a_full_disk_ends_the_run_and_loses_nothing(course, tmp_path, monkeypatch):
    run(course, tmp_path / "out", AtOnce(jobs=1, stop_after=1))

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            run(course, tmp_path / "out")
    assert run(course, tmp_path / "out")[0] == ["bob", "eve"]


# ---- the reports ----------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "|calc", "%0a=1", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_taken_for_a_formula_and_numbers_stay_numbers(tmp_path, text):
    write_table(tmp_path / "t.csv", ("a", "b"), [(text, -1.5)])
    cell, number = next(iter(rows(tmp_path / "t.csv"))).values()
    assert cell.startswith("'")
    assert number == "-1.5"


WITHIN = ["x;=1+1", 'x;"=1+1', "x\t=1", "x\n=1", 'x,"\n=1', "x;; @SUM(A1)", "x;'=1", "a;b;-1;c", "x;＝1"]
WITHIN += ["\t;=1", "x;\t+1"]


@pytest.mark.parametrize("separator", ",;\t")
@pytest.mark.parametrize("text", [*FORMULAS, *WITHIN])
def test_no_text_is_a_formula_whatever_the_separator(tmp_path, text, separator):
    """Also where the separator is in the text, and the quotes around it are taken for a part of it."""
    write_table(tmp_path / "t.csv", ("a", "b", "c"), [("name", text, text)], for_people=False)
    written = (tmp_path / "t.csv").read_text(encoding="utf-8").replace("\r", "\n")
    naive = [cell.strip(' "') for line in written.split("\n") for cell in line.split(separator)]
    careful = [cell for row in csv.reader(io.StringIO(written), delimiter=separator) for cell in row]
    for cell in (*careful, *(naive if separator != "," else ())):
        assert not cell.strip().startswith(("=", "+", "-", "@", "|", "%", "＝"))
    assert read_table(tmp_path / "t.csv")[0]["b"] == text


def test_blank_lines_of_an_answer_stay_as_they_are(tmp_path):
    write_table(tmp_path / "t.csv", ("a", "b"), [("one; two\n\n  three", 'said "yes"; no')])
    assert list(rows(tmp_path / "t.csv")[0].values()) == ["one; two\n\n  three", 'said "yes"; no']


def test_excel_knows_what_people_read_as_unicode_and_platforms_get_plain_files(course, tmp_path):
    run(course, tmp_path / "out")
    marked = {
        path.name
        for path in (tmp_path / "out").glob("*.csv")
        if path.read_bytes().startswith(b"\xef\xbb\xbf")
    }
    assert marked == {"gradebook.csv", "answers.csv", "adjust.csv"}


def test_a_table_is_read_back_from_any_spreadsheet(tmp_path):
    (tmp_path / "t.csv").write_text("\ufeffA;B\r\n'=1;2\r\n", encoding="utf-8")
    assert read_table(tmp_path / "t.csv") == [{"a": "=1", "b": "2"}]


def test_canvas_and_moodle_get_their_columns(tmp_path):
    pack(tmp_path / "hw" / "leeann_12_900_submission.zip")
    run(tmp_path / "hw", tmp_path / "out")
    canvas = rows(tmp_path / "out" / "canvas.csv")
    assert list(canvas[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "out"]
    assert canvas[0]["out"] == "5"
    assert (canvas[1]["ID"], canvas[1]["out"]) == ("12", "4")
    moodle = rows(tmp_path / "out" / "moodle.csv")[0]
    assert (moodle["Identifier"], moodle["Grade"], moodle["Maximum Grade"]) == ("Participant 12", "4", "5")
    assert "Last modified (grade)" in moodle


def test_a_ci_page_gets_the_summary_and_no_name_is_markup(course, tmp_path, monkeypatch):
    pack(course / "x](http://evil)<img>|.zip", "x")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page.md"))
    run(course, tmp_path / "out")
    page = (tmp_path / "page.md").read_text()
    assert page == (tmp_path / "out" / "summary.md").read_text()
    assert "The sign is turned." in page
    assert "<img" not in page
    assert "](http" not in page


def notebook_with(answers):
    name = notebooks()[0]
    content = json.loads((ROOT / name).read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if "answer" in cell["metadata"].get("tags", ()):
            cell["source"] = answers.pop(0) if answers else cell["source"]
    return {name: json.dumps(content).encode()}


def test_written_answers_are_gathered_and_untouched_ones_are_not():
    found = written_answers(handed_in("a", notebook_with(["**Your answer:** uphill \u202e", ""])))
    assert list(found.values()) == ["uphill �"]
    assert set(found) <= set(questions())


@pytest.mark.parametrize("data", [b"", b"[]", b'{"cells": [3, {"cell_type": "markdown"}]}', b"[" * 100_000])
def test_a_broken_notebook_holds_no_answers(data):
    assert written_answers(handed_in("a", {notebooks()[0]: data})) == {}


def test_hand_grades_stay_with_their_answers_and_count(course, tmp_path):
    question = next(iter(questions()))
    for name in ("ann", "bob"):
        path = course / f"{name}.zip"
        with zipfile.ZipFile(path, "a") as archive:
            for notebook, data in notebook_with(["first words"]).items():
                archive.writestr(notebook, data)
    run(course, tmp_path / "out")
    table = tmp_path / "out" / "answers.csv"
    marked = rows(table)
    assert [(row["submission"], row["answer"]) for row in marked] == [
        ("ann", "first words"),
        ("bob", "first words"),
    ]
    marked[0]["points"], marked[0]["comment"] = "1,5", "good"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, marked[0], delimiter=";")
        writer.writeheader()
        writer.writerows(marked)
    run(course, tmp_path / "out")
    book = {row["submission"]: row for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert (book["ann"]["written"], book["ann"]["total"], book["bob"]["total"]) == ("1.5", "5.5", "4")
    pack(course / "ann.zip", "ann")
    with zipfile.ZipFile(course / "ann.zip", "a") as archive:
        for notebook, data in notebook_with(["other words"]).items():
            archive.writestr(notebook, data)
    run(course, tmp_path / "out")
    row = rows(table)[0]
    assert (row["answer"], row["points"], row["question"]) == ("other words", "1.5", question)
    assert "has changed" in row["note"]


def test_a_hand_grade_that_is_no_number_is_a_sentence(tmp_path):
    question = next(iter(questions()))
    (tmp_path / "answers.csv").write_text(f"submission,question,points\nann,{question},many\n")
    with pytest.raises(ValueError, match="row 2: 'many' is not a number"):
        HandGrades(tmp_path / "answers.csv")


READABLE = [
    "Not graded yet: 2 of 3 submissions: ann_lee, bo-ray (late).",
    "2030-02-01 23:59 UTC+01:00",
    "A & B!",
]
MARKDOWN = {
    "*a* _b_ __init__ `c`": "&#42;a&#42; &#95;b&#95; &#95;&#95;init&#95;&#95; &#96;c&#96;",
    "[x](http://y.z) www.y.z": "&#91;x&#93;(http&#58;//y.z) www&#46;y.z",
    "<b>&lt;|~~d~~": "&#60;b>&#38;lt;&#124;&#126;&#126;d&#126;&#126;",
    "@ann #12 :tada: $x$": "&#64;ann &#35;12 &#58;tada: &#36;x&#36;",
    "- a\n# b": "&#45; a # b",
    "1. a": "1&#46; a",
}


@pytest.mark.parametrize(("text", "escaped"), [*MARKDOWN.items(), *((text, text) for text in READABLE)])
def test_a_summary_escapes_what_is_markdown_and_leaves_the_rest_readable(text, escaped):
    assert _escape(text) == escaped


def test_a_class_page_escapes_names_and_reaches_nothing_outside(course, tmp_path):
    pack(course / "<script>alert(1)<script>.zip", "x")
    run(course, tmp_path / "out")
    page = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "1 to look at by hand" in page


def test_feedback_names_its_student_in_any_script(tmp_path):
    pack(tmp_path / "hw" / "张伟.zip")
    run(tmp_path / "hw", tmp_path / "out")
    (page,) = (tmp_path / "out" / "students").glob("*/feedback.html")
    assert "<h1>Feedback for <bdi>张伟</bdi></h1>" in page.read_text(encoding="utf-8")


def test_questions_on_the_class_page_are_prose_not_markdown_source(course, tmp_path):
    run(course, tmp_path / "out")
    page = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert "**Question" not in page
    text = re.search(r'<p class="question">(.*?)</p>', page, re.S)[1]
    assert "\n" not in text.strip()
    asked = "".join(re.findall(r'<p class="question">(.*?)</p>', page, re.S))
    assert "<code>make_views</code>" in asked
    assert "<i>s(I) = w · I</i>" in asked
    assert "<i>τ → 0</i>" in asked
    assert not re.search(r"[`$\\]", asked)
    assert prose("<b> `<i>` $a<b$") == "&lt;b&gt; <code>&lt;i&gt;</code> <i>a&lt;b</i>"


def test_tasks_known_to_the_kit_are_the_only_ones_to_ask_for(course, tmp_path, capsys):
    assert main(["grade", str(course), "--tasks", "nonsense", "--results", str(tmp_path / "r")]) == 2
    assert "No such task: nonsense" in capsys.readouterr().err
    assert load_tasks()


def test_a_command_is_there_at_once_so_that_ctrl_c_finds_it_listening():
    large = {"torch", "numpy", "scipy", "nbformat", "jinja2", "rich", "pytest"}
    said = f"import sys, instructor.__main__ as m; m.parser(); sys.exit(bool({large} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", said], cwd=ROOT, check=False).returncode == 0


def test_a_run_stopped_before_its_first_result_says_so():
    assert Statistics([]).sentence() == "No submission is graded yet."


def test_more_points_than_there_are_is_explained():
    statistics = Statistics([])
    statistics.scores = [("ann", 15.0, 15), ("bob", 12.0, 15)]
    assert statistics.sentence().endswith("from 12 to 15 of 15 points.")
    statistics.scores.append(("eve", 17.0, 15))
    assert statistics.sentence().endswith("from 12 to 17 of 15 points, bonus or written answers on top.")


def test_after_a_stop_it_is_said_which_submissions_are_not_graded_yet(course, tmp_path, monkeypatch, capsys):
    for number in range(14):
        pack(course / f"s{number:02}.zip", number)

    @contextlib.contextmanager
    def pool(*_):
        yield AtOnce(jobs=1, stop_after=2)

    monkeypatch.setattr(grade_class, "_pool", pool)
    words = ["grade", str(course), "--results", str(tmp_path / "r"), "--sandbox", "none", "--tasks", "sim"]
    assert main(words) == 130
    said = " ".join(capsys.readouterr().out.split())
    assert "Not graded yet: 16 of 18 submissions: eve, s00, s01" in said
    assert "s09, s10 and 4 more." in said
    for name in ("class.html", "summary.md"):
        page = (tmp_path / "r" / "hw.sim" / name).read_text(encoding="utf-8")
        assert "Not graded yet: 16 of 18 submissions" in page


def test_who_has_started_nothing_has_made_no_mistake(course, tmp_path):
    failed = CheckResult("c", "NetworkVisualization", "runs", "Code cell 3 runs.", "failed", "not started")
    book = TaskResult("NetworkVisualization", "Notebook", 2, 0.5, "partial", {}, (failed,), share=0.25)
    idle = TaskResult("sim", "Cosine similarity", 5, 0.0, "not started", {}, ())
    statistics = Statistics(load_tasks())
    for name in ("ann", "bob"):
        statistics.add(Entry(name, tmp_path, ()), Result(name, 1, "bwrap", [idle, book]))
    assert (statistics.idle, statistics.failures, statistics.mistakes) == (["ann", "bob"], [], [])
    begun = dataclasses.replace(graded("eve"), tasks=[*graded("eve").tasks, book])
    statistics.add(Entry("eve", tmp_path, ()), begun)
    assert {each.names for each in [*statistics.failures, *statistics.mistakes]} == {("eve",)}
    assert statistics.tasks["sim"].statuses["not started"] == 2
    page = class_html("hw", statistics, [], HandGrades(tmp_path / "answers.csv"))
    assert "Without 2 who have started nothing: ann, bob." in page


def test_students_not_in_the_class_are_named(course, tmp_path, capsys):
    assert main(["grade", str(course), "--only", "ann,nobody", "--results", str(tmp_path / "r")]) == 2
    assert "called nobody" in " ".join(capsys.readouterr().err.split())


def test_a_bonus_comes_on_top_of_the_points(course, tmp_path):
    bonus = [task for task in load_tasks() if task.bonus]
    if not bonus:
        pytest.skip("there is no bonus task")
    extra = TaskResult(bonus[0].id, "Bonus", 4, 4.0, "passed", {"value": (4.0, 4)}, bonus=True)
    full = TaskResult("sim", "Cosine similarity", 5, 5.0, "passed", {"value": (5.0, 5)})
    folder = read_class(course)
    folder.entries = folder.entries[:1]
    with Journal(tmp_path / "out" / "journal") as journal:
        digest = read_submission(folder.entries[0].path).digest()
        journal.write(Record("ann", "k", Result("ann", 1, "bwrap", [full, extra], digest=digest)))
        write_class_reports(Class(folder, tmp_path / "out", [], ("sim", bonus[0].id)), journal)
    row = rows(tmp_path / "out" / "gradebook.csv")[0]
    assert (row["total"], row["points"], row[bonus[0].id]) == ("9", "5", "4")


# ---- what a person should look at -------------------------------------------------------------------------


def looked_at(result):
    statistics = Statistics(load_tasks())
    statistics.add(Entry(result.name, ROOT, (Student("Ann"),)), result)
    return statistics.look.get(result.name, [])


def test_every_remark_of_intake_is_to_be_looked_at(tmp_path):
    """A syntax error, a missing module, deleted markers, and what else intake and the workspace say."""
    folder = tmp_path / "ann"
    (folder / "cs231n" / "simclr").mkdir(parents=True)
    for name in todo_modules():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    first, second, third, *_ = todo_modules()
    (folder / first).write_text("def (")
    (folder / second).unlink()
    text = (folder / third).read_text(encoding="utf-8")
    (folder / third).write_text(text.replace("# *****END OF YOUR CODE", "# *"), encoding="utf-8")
    (folder / "cs231n" / "cards.py").write_text("changed = True\n")
    submission = read_submission(folder)
    result = graded()
    result.remarks = submission.remarks
    reasons = " ".join(looked_at(result))
    for word in (
        f"{first} is not valid Python",
        f"{second} is missing",
        f"{third}: ",
        "cards.py is not as it was",
    ):
        assert word in reasons
    assert looked_at(graded()) == []


@pytest.mark.parametrize(
    "message",
    [
        "your code raised ModuleNotFoundError: No module named 'einops' (cs231n/simclr/utils.py, line 3)",
        "your code raised NameError: name 'sm' is not defined (cs231n/simclr/contrastive_loss.py, line 9)",
    ],
)
def test_a_file_that_cannot_be_imported_is_to_be_looked_at(message):
    result = graded()
    (task,) = result.tasks
    checks = tuple(dataclasses.replace(task.checks[0], message=message, name=name) for name in "ab")
    result.tasks = [dataclasses.replace(task, checks=checks)]
    (reason,) = looked_at(result)
    assert reason == f"cs231n/simclr/contrastive_loss.py can't be imported: {message}."
    other = dataclasses.replace(checks[0], message="your code raised NameError: name 'x' is not defined")
    result.tasks = [dataclasses.replace(task, checks=(checks[0], other))]
    assert len(looked_at(result)) == ("ModuleNotFoundError" in message)  # else a check's own error
