"""How late work is and what it costs; what is not known is said, never taken for punctual."""

import json
from datetime import timedelta

import pytest

from instructor.__main__ import main
from instructor.classroom import alone as alone_module
from instructor.classroom import reports as reports_module
from instructor.classroom.alone import Alone
from instructor.classroom.class_run import run_class
from instructor.classroom.entries import read_class
from instructor.classroom.journal import Journal
from instructor.classroom.lateness import read_stamp
from instructor.classroom.live import said
from instructor.classroom.reports import Class, by_hand, write_class_reports
from instructor.classroom.roster import match, read_roster
from instructor.classroom.work import Options
from instructor.core.questions import Written
from instructor.core.result import Result, TaskResult
from instructor.core.term import LatePolicy, Term, load_term, read_moment, read_zone
from instructor.tests.classroom.test_adjustments import save
from instructor.tests.classroom.test_classroom import Silent, pack, rows
from instructor.tests.classroom.test_freshness import Grader

BERLIN = read_zone("Europe/Berlin")
TERM = Term(due=read_moment("2030-02-01", BERLIN), zone=BERLIN, late=LatePolicy(0.5, cap=2))


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Grade the class in hw, where each has 3 of 5 points; the gradebook by submission, and what was said."""

    def graded(term=TERM, roster="", adjust=()):
        monkeypatch.setattr(reports_module, "load_term", lambda: term)
        folder, absent = read_class(tmp_path / "hw"), []
        if roster:
            (tmp_path / "list.csv").write_text(roster, encoding="utf-8")
            folder.entries, absent = match(folder.entries, read_roster(tmp_path / "list.csv"))
        save(tmp_path / "out" / "adjust.csv", *adjust)
        course = Class(folder, tmp_path / "out", absent, ("sim",), Options(1))
        with Journal(tmp_path / "out" / "journal") as journal:
            run_class(folder.entries, Options(1), journal, Grader(), Silent())
            write_class_reports(course, journal)
        book = {row["submission"]: row for row in rows(tmp_path / "out" / "gradebook.csv")}
        return book, " ".join(by_hand(course).told(folder))

    return graded


def page(tmp_path, name):
    return (tmp_path / "out" / "students" / name / "feedback.html").read_text(encoding="utf-8")


RAILS = "!ruby/object:ActiveSupport::TimeWithZone\n    utc: 2030-02-01 22:59:59.900000000 Z\n    zone: x"


def test_a_gradescope_hand_in_two_days_late_is_late_and_what_it_costs_is_said_everywhere(tmp_path, graded):
    times = {"ann": "2030-02-03 09:00:00.1 Z", "bob": RAILS, "eve": "2030-02-01 23:00:00 Z"}
    text = "".join(
        f"{name}:\n  :submitters:\n  - :name: {name}\n    :sid: '{k}'\n  :created_at: {when}\n"
        for k, (name, when) in enumerate(times.items())
    )
    for name in times:
        pack(tmp_path / "hw" / name / "work.zip", name)
    (tmp_path / "hw" / "submission_metadata.yml").write_text(text)
    book, told = graded()
    assert {name: (row["late"], row["total"]) for name, row in book.items()} == {
        "ann-0": ("true", "2"),
        "bob-1": ("false", "3"),
        "eve-2": ("true", "2.5"),
    }
    assert (book["ann-0"]["days late"], book["ann-0"]["for lateness"]) == ("2", "-1")
    assert book["ann-0"]["handed in"] == "2030-02-03 09:00:00+00:00"
    why = (
        "Handed in 2030-02-03 10:00 CET, 1 day 10 hours after the deadline, 2030-02-01 23:59 CET. "
        "That is 2 days: 0.5 points a day."
    )
    assert book["ann-0"]["why"] == why
    for file in ("class.html", "summary.md", "moodle.csv", "students/ann-0/feedback.html"):
        said = (tmp_path / "out" / file).read_text(encoding="utf-8")
        assert why in said.replace("\n", " ").replace("</li> <li>", " "), file
    result = json.loads((tmp_path / "out" / "students" / "ann-0" / "results.json").read_text())
    assert (result["score"], why in result["output"]) == (2.0, True)
    assert told == ""


def test_an_extension_moves_the_deadline_of_its_student_alone(tmp_path, graded):
    for name in ("ann", "bob"):
        pack(tmp_path / "hw" / f"{name}.zip", name)
    roster = "Name,Handed in\nann,2030-02-03 10:00\nbob,2030-02-03 10:00\n"
    book, _ = graded(roster=roster, adjust=[("bob", "", "", "", "Was ill", "2030-02-02")])
    assert (book["ann"]["for lateness"], book["bob"]["for lateness"]) == ("-1", "-0.5")
    assert "after the extension until 2030-02-02 23:59 CET." in book["bob"]["why"]
    assert "Extension until 2030-02-02 23:59 CET. Was ill." in page(tmp_path, "bob")
    book, _ = graded(roster=roster, adjust=[("bob", "", "", "", "Was ill", "2030-02-03T10:00+01:00")])
    assert (book["bob"]["late"], book["bob"]["total"]) == ("false", "3")
    assert book["bob"]["why"] == "Extension until 2030-02-03 10:00 UTC+01:00. Was ill."


def test_canvas_says_who_is_late_and_a_list_by_how_much(tmp_path, graded):
    pack(tmp_path / "hw" / "leeann_LATE_1_11_a.zip", "ann")
    pack(tmp_path / "hw" / "raybob_2_12_a.zip", "bob")
    book, told = graded()
    assert [(row["late"], row["total"]) for row in book.values()] == [("true", "3"), ("false", "3")]
    assert (
        "How late 1 of 2 submissions came is not known, and nothing was taken off for it: leeann-1." in told
    )
    assert "nothing says by how much" in told
    assert "nothing was taken off for lateness" in page(tmp_path, "leeann-1")
    book, told = graded(roster='Student,ID,Submitted at\n"Lee, Ann",1,2030-02-02T22:59:59Z\n"Ray, Bob",2,\n')
    assert ([row["total"] for row in book.values()], told) == (["2.5", "3"], "")
    book, told = graded(adjust=[("1", "", "", "", "Was ill", "2030-02-09")])
    assert (book["leeann-1"]["late"], "whether within the extension" in told) == ("unknown", True)


WORKSHEETS = {
    "english": "Identifier,Full name,Last modified (submission)\n"
    'Participant 1,Ann Lee,"Sunday, 3 February 2030, 12:05 AM"\nParticipant 2,Bo Ray,-\n',
    "german": "ID,Vollständiger Name,Name,Zuletzt geändert (Abgabe)\n"
    'Teilnehmer 1,Ann Lee,Ann Lee,"Sonntag, 3. Februar 2030, 00:05"\nTeilnehmer 2,Bo Ray,Bo Ray,-\n',
    "chinese": "id,name,最后修改(作业提交)\n1,Ann Lee,2030年02月3日 星期日 00:05\n2,Bo Ray,-\n",
}


@pytest.mark.parametrize("roster", WORKSHEETS.values(), ids=WORKSHEETS)
def test_moodles_worksheet_tells_the_time_and_who_is_not_in_it_is_unknown(tmp_path, graded, roster):
    for number, name in enumerate(("Ann Lee", "Bo Ray"), 1):
        pack(tmp_path / "hw" / f"{name}_{number}_assignsubmission_file_" / "a.zip", name)
    book, told = graded(roster=roster)
    assert (book["Ann_Lee-1"]["days late"], book["Ann_Lee-1"]["total"]) == ("2", "2")
    assert (book["Bo_Ray-2"]["late"], book["Bo_Ray-2"]["total"]) == ("unknown", "3")
    assert "1 of 2 submissions came is not known, and nothing was taken off for it: Bo_Ray-2." in told


def test_a_plain_folder_without_times_is_never_silently_on_time(tmp_path, graded):
    for number in range(20):
        pack(tmp_path / "hw" / f"s{number:02}.zip", number)
    book, told = graded()
    assert {row["late"] for row in book.values()} == {"unknown"}
    assert "How late 20 of 20 submissions came is not known" in told
    assert "s11 and 8 more. Nothing says when they were handed in." in told
    shown = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert "How late 20 of 20" in shown
    assert shown.count("time unknown") == 20
    book, told = graded(Term())
    assert ({row["late"] for row in book.values()}, told) == ({""}, "")


def test_a_time_that_cannot_be_read_is_said(tmp_path, graded):
    pack(tmp_path / "hw" / "ann.zip")
    book, told = graded(roster="Name,Time\nann,01/02/2030 10:00\n")
    assert (book["ann"]["late"], "can't be read: '01/02/2030 10:00' may be two days" in told) == (
        "unknown",
        True,
    )


def test_blackboard_and_brightspace_tell_the_time_in_their_names(tmp_path, graded):
    for name in ("alee", "bray"):
        pack(tmp_path / "hw" / f"Assignment 3_{name}_attempt_2030-02-02-00-00-01_a.zip", name)
    pack(tmp_path / "hw" / "39787-640693 - Bo Jean - Feb 4, 2030 900 AM - work.zip", "bo")
    book, _ = graded()
    assert sorted(row["days late"] for row in book.values()) == ["1", "1", "3"]


def test_the_members_of_a_group_may_have_different_extensions(tmp_path, graded):
    pack(tmp_path / "hw" / "submission_1" / "a.zip")
    (tmp_path / "hw" / "submission_metadata.yml").write_text(
        "submission_1:\n  :created_at: 2030-02-03 09:00:00 Z\n  :submitters:\n"
        "  - :name: Ann Lee\n    :sid: '1'\n  - :name: Bo Ray\n    :sid: '2'\n"
    )
    graded(adjust=[("Bo Ray", "", "", "", "Was ill", "2030-02-09")])
    book = {row["student"]: row["total"] for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert book == {"Ann Lee": "2", "Bo Ray": "3"}
    shown = page(tmp_path, "Ann_Lee_Bo_Ray-1")
    assert "Ann Lee: 2 of 5 points. Handed in" in shown
    assert "Bo Ray: 3 of 5 points. Extension until" in shown


@pytest.mark.parametrize(
    ("policy", "hours", "days", "cost"),
    [
        (LatePolicy(10), 0.1, 1, 10),
        (LatePolicy(10), 24, 1, 10),
        (LatePolicy(10), 24.1, 2, 20),
        (LatePolicy(10, grace=timedelta(hours=2)), 2, 0, 0),
        (LatePolicy(10, grace=timedelta(hours=2)), 2.1, 1, 10),
        (LatePolicy(10, cap=25), 96, 4, 25),
        (LatePolicy(10, percent=True), 48, 2, 16),
        (LatePolicy(10, percent=True, cap=15), 48, 2, 12),
        (LatePolicy(50), 96, 4, 80),
        (LatePolicy(), 96, 4, 0),
    ],
)
def test_what_lateness_costs(policy, hours, days, cost):
    assert policy.days(timedelta(hours=hours)) == days
    assert policy.deduction(days, 80.0) == cost


def test_a_day_is_a_day_of_the_clock_also_when_the_clock_is_turned(tmp_path, graded):
    term = Term(due=read_moment("2030-03-30T12:00", BERLIN), zone=BERLIN, late=LatePolicy(1))
    pack(tmp_path / "hw" / "ann.zip")
    book, _ = graded(term, "Name,Time\nann,2030-03-31 13:00\n")  # 24 hours later: an hour was left out
    assert book["ann"]["days late"] == "1"


@pytest.mark.parametrize(
    "text",
    ["2030-02-03 00:05", "2030-02-02T23:05:00Z", "2030-02-02 23:05:00 UTC", "2030-02-02 15:05:00 -0800"],
)
def test_times_of_platforms_are_read(text):
    assert read_stamp(text, BERLIN) == read_moment("2030-02-03T00:05", BERLIN)


# ---- one submission -------------------------------------------------------------------------------------


@pytest.fixture
def term(monkeypatch):
    monkeypatch.setattr(alone_module, "load_term", lambda: TERM)


def result(name):
    return Result(name, 1, "bwrap", [TaskResult("sim", "Sim", 5, 4.0, "partial", {"value": (4.0, 5)})])


def test_one_submission_has_the_time_that_is_given_and_its_rows_of_the_table(tmp_path, term):
    table = save(tmp_path / "a.csv", ("ann", "sim", "", "1", "Appeal"), ("bob", "sim", "0", "", "Copied"))
    path = pack(tmp_path / "ann.zip")
    grade = Alone(path, table, "2030-02-02").settled(result("ann"))
    assert (grade.total, len(grade.changes)) == (4.5, 2)
    assert Alone(path, None, None).settled(result("ann")).total == 4.0


def test_in_gradescopes_container_the_metadata_beside_the_submission_tells(tmp_path, term):
    pack(tmp_path / "submission" / "ann.zip")
    user = {"name": "Ann Lee", "sid": "7", "email": "a@x.edu"}
    metadata = {"created_at": "2030-02-03T01:00:00.000000-08:00", "users": [user]}
    (tmp_path / "submission_metadata.json").write_text(json.dumps(metadata))
    found = Alone(tmp_path / "submission", save(tmp_path / "a.csv", ("7", "sim", "5", "", "Appeal")))
    assert (found.whose, found.settled(result("submission")).total) == ("Ann Lee", 4.0)
    user["assignment"] = {"due_date": "2030-02-04T23:59:00.000000-08:00"}
    (tmp_path / "submission_metadata.json").write_text(json.dumps(metadata))
    grade = Alone(tmp_path / "submission").settled(result("submission"))
    assert (grade.total, "Given on Gradescope." in grade.notes[0]) == (4.0, True)


def test_one_submission_alone_says_that_written_answers_are_apart(tmp_path, term, monkeypatch):
    monkeypatch.setattr(alone_module, "load_written", lambda: Written(share=20))
    alone = Alone(pack(tmp_path / "ann.zip"))
    assert "written answers make up 20 of the 100" in alone.settled(result("ann")).notes[-1]
    assert "written" not in " ".join(alone.settled(Result("ann", 1, "", problem="No.")).notes)
    task = TaskResult("b", "B", 5, 1.0, "passed", {}, bonus=True)
    with_bonus = Result("ann", 1, "", [*result("ann").tasks, task])
    assert said(with_bonus, 20).endswith(" points + 1 bonus, without the 20 of written answers")


@pytest.mark.parametrize("words", [["--handed-in", "soon"], ["--adjust", "gone.csv"]])
def test_what_cannot_be_understood_of_one_submission_is_refused(tmp_path, capsys, words):
    path = pack(tmp_path / "ann.zip")
    assert main(["grade", str(path), "--results", str(tmp_path / "r"), *words]) == 2
    assert words[1] in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


# ---- [term] ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2030-02-05", "5.2.2030", "05.02.2030", "2030/2/5", "2030-02-05 23:59:59"])
def test_a_date_as_spreadsheets_save_it_is_read(text):
    assert read_moment(text, BERLIN).isoformat() == "2030-02-05T23:59:59+01:00"


@pytest.mark.parametrize("text", ["11/20/2026", "22/11/2026 10:00", "3/3/2026"])
def test_a_date_that_is_one_day_only_is_not_called_two(text):
    with pytest.raises(ValueError, match=f"'{text}' is in no form that is read: write it as 2027-02-01"):
        read_moment(text, BERLIN)


def test_a_date_that_may_be_two_days_is_not_guessed():
    with pytest.raises(ValueError, match="'2/5/2030' may be two days: write it as 2027-02-01"):
        read_moment("2/5/2030", BERLIN)


def written(tmp_path, text):
    (tmp_path / "tasks.toml").write_text(f"[term]\n{text}\n")
    return load_term(tmp_path / "tasks.toml")


def test_a_day_alone_is_its_end_in_the_given_zone(tmp_path):
    found = written(
        tmp_path, 'due = 2030-07-01\nzone = "America/New_York"\nlate_per_day = "5 %"\nlate_cap = "20%"'
    )
    assert found.due.isoformat() == "2030-07-01T23:59:59-04:00"
    assert found.late == LatePolicy(5, percent=True, cap=20)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("due = 2030-07-01", "with a time and a zone"),
        ('zone = "Middle/Earth"', "'Middle/Earth' is no time zone"),
        ("late_per_day = 10", "late_per_day needs a deadline"),
        ('late_per_day = "much"', "late_per_day is a number of points"),
        ('late_per_day = 10\nlate_cap = "20 %"', "both points, or both a share"),
        ('late_grace = "a bit"', "late_grace is a time such as"),
        ("late_days = 1", r"\[term\] knows name"),
    ],
)
def test_a_policy_that_cannot_be_understood_is_refused(tmp_path, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        written(tmp_path, text)
