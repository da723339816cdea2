"""What goes back to Canvas and Moodle: zips of feedback, and tables in the platform's own words."""

import csv
import io
import zipfile

import pytest

from instructor.__main__ import main
from instructor.classroom.class_list import read_roster
from instructor.classroom.class_run import run_class
from instructor.classroom.entries import read_class
from instructor.classroom.journal import Journal
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.roster import match
from instructor.classroom.sheets import columns_of, moodle_sheet
from instructor.classroom.work import Options
from instructor.tests.classroom.test_classroom import AtOnce, Silent, pack

GERMAN = (
    'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",'
    '"Zuletzt geändert (Abgabe)","Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n'
    'Teilnehmer/in1234,"Änne Beispiel",a@x.edu,"Zur Bewertung abgegeben",,"100,00",Ja,"Montag, 1.",-,\n'
    'Teilnehmer/in77,"Bo Muster",b@x.edu,"Keine Abgabe",,"100,00",Ja,-,-,\n'
)
CHINESE = (
    "标识符,全名,电子邮件地址,状态,成绩,最高分,允许更改成绩,上次修改（作业）,上次修改（评分）,反馈意见\n"
    "参与者1234,李示例,a@x.edu,已提交,,5.00,是,2030年2月1日,-,\n"
    "参与者77,王示例,b@x.edu,没有作业,,5.00,是,-,-,\n"
)
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,{},Homework 1 Current Score\n{}"
LEE = '"Lee, Ann",1001,S1,alee,A,,\n'


def graded(tmp_path, roster="", assignment="", **more):
    """Grade the class in tmp_path/hw; the folder of its reports and what is said."""
    folder, absent, path = read_class(tmp_path / "hw"), [], None
    if roster:
        path = tmp_path / "list.csv"
        path.write_text(roster, encoding="utf-8")
        folder.entries, absent = match(folder.entries, read_roster(path))
    target = tmp_path / "out" / "hw"
    columns = columns_of(path, assignment, "hw", 5)
    with Journal(target / "journal") as journal:
        run_class(folder.entries, Options(1), journal, AtOnce(), Silent())
        said = write_class_reports(Class(folder, target, absent, ("sim",), None, columns), journal)
    return target, said


def cells(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_canvas_takes_files_of_the_names_that_it_gave(tmp_path):
    pack(tmp_path / "hw" / "leeann_LATE_1001_5001_submission.zip")
    pack(tmp_path / "hw" / "raybo_1002_5002_submission-2.zip", "bo")
    (tmp_path / "hw" / "kimeve_1003_text.html").write_text("It did not work.")
    target, said = graded(tmp_path)
    found = members(target / "return-canvas.zip")
    assert sorted(found) == ["leeann_LATE_1001_5001_submission.zip", "raybo_1002_5002_submission-2.zip"]
    with zipfile.ZipFile(io.BytesIO(found["raybo_1002_5002_submission-2.zip"])) as inner:
        page = inner.read("feedback.html")
    assert page == (target / "students" / "raybo-1002" / "feedback.html").read_bytes()
    for name in found:  # as Canvas reads a name: the first two numbers
        student, upload = [part for part in name.split("_") if part.isdigit()][:2]
        assert (student, upload) in (("1001", "5001"), ("1002", "5002"))
    assert "Not in return-canvas.zip, to be returned by hand: kimeve-1003." in said
    assert not (target / "return-moodle.zip").exists()


def test_moodle_takes_folders_with_the_participants_number(tmp_path):
    pack(tmp_path / "hw" / "Änne Beispiel_1234_assignsubmission_file" / "submission.zip")
    pack(tmp_path / "hw" / "Bo_Muster_77_assignsubmission_file_submission.zip", "bo")
    target, said = graded(tmp_path)
    found = members(target / "return-moodle.zip")
    assert sorted(found) == [
        "Bo Muster_77_assignsubmission_file_/feedback.html",
        "Änne Beispiel_1234_assignsubmission_file_/feedback.html",
    ]
    assert {name.split("_", 4)[1] for name in found} == {"1234", "77"}  # as Moodle reads a path
    assert "Not in" not in said
    before = (target / "return-moodle.zip").read_bytes()
    assert graded(tmp_path)[0].joinpath("return-moodle.zip").read_bytes() == before


def test_feedback_on_work_in_doubt_is_not_sent_back(tmp_path):
    pack(tmp_path / "hw" / "leeann_1001_5001_submission.zip")
    (tmp_path / "hw" / "leeann_1001_5009_newer.rar").write_bytes(b"Rar!")
    target, said = graded(tmp_path)
    assert not (target / "return-canvas.zip").exists()
    assert "to be returned by hand: leeann-1001" in said


@pytest.mark.parametrize("sheet", [GERMAN, CHINESE])
def test_moodles_worksheet_is_filled_in_and_its_words_are_kept(tmp_path, sheet):
    pack(tmp_path / "hw" / "A Name_1234_assignsubmission_file_" / "submission.zip")
    target, _ = graded(tmp_path, sheet)
    before = list(csv.reader(io.StringIO(sheet)))
    header, ann, bo = cells(target / "moodle.csv")
    assert header == before[0]
    assert [ann[:4], bo[:4]] == [before[1][:4], before[2][:4]]
    assert [ann[4], ann[5], bo[4]] == ["4", before[1][5], ""]
    dashes = [place for place, cell in enumerate(before[2]) if cell == "-"]
    assert dashes
    assert [bo[place] for place in dashes] == ["-"] * len(dashes)
    assert ann[-1].startswith("Cosine similarity: 4 of 5")
    assert bo[-1] == "Nothing was handed in."
    book = cells(target / "gradebook.csv")
    assert [row[1] for row in book[1:]] == ["1234", "77"] or [row[1] for row in book[1:]] == ["77", "1234"]
    assert {row[0] for row in book[1:]} == {before[1][1], before[2][1]}


def test_a_class_without_moodles_names_is_returned_by_the_worksheets_numbers(tmp_path):
    pack(tmp_path / "hw" / "Bo Muster.zip")
    target, _ = graded(tmp_path, GERMAN)
    assert list(members(target / "return-moodle.zip")) == [
        "Bo Muster_77_assignsubmission_file_/feedback.html"
    ]


def test_a_worksheet_of_other_points_is_told_of(tmp_path):
    (tmp_path / "list.csv").write_text(GERMAN, encoding="utf-8")
    assert moodle_sheet(tmp_path / "list.csv").maximum() == 100
    (told,) = columns_of(tmp_path / "list.csv", "", "hw", 5).doubts
    assert "100 points in Moodle, and 5 are given here" in told
    assert columns_of(tmp_path / "list.csv", "", "hw", 100).doubts == []


@pytest.mark.parametrize(
    ("columns", "asked", "expected"),
    [
        ("Homework 1 (31337)", "", "Homework 1 (31337)"),
        ("Homework 1 (31337),HW (7)", "", "HW (7)"),  # as the class folder is called
        ("Homework 1 (31337),Homework 2 (7)", "homework 2", "Homework 2 (7)"),
        ("Homework 1 (31337),Homework 2 (7)", "31337", "Homework 1 (31337)"),
        ("Homework 1 (31337),Homework 2 (7)", "Homework 1 (31337)", "Homework 1 (31337)"),
        ("Homework 1 (31337),Homework 2 (7)", "", "hw"),
    ],
)
def test_canvas_column_is_called_as_in_its_own_gradebook(tmp_path, columns, asked, expected):
    pack(tmp_path / "hw" / "leeann_1001_5001_submission.zip")
    target, _ = graded(tmp_path, CANVAS.format(columns, LEE), asked)
    header, points, lee = cells(target / "canvas.csv")
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert header[5] == expected
    assert (points[5], lee[5]) == ("5", "4")


def test_an_assignment_that_canvas_lacks_is_refused_and_several_are_asked_about(tmp_path):
    roster = tmp_path / "list.csv"
    roster.write_text(CANVAS.format("Homework 1 (31337),Homework 2 (7)", LEE), encoding="utf-8")
    with pytest.raises(ValueError, match=r'no assignment "Homework 3".*"Homework 1 .31337."'):
        columns_of(roster, "Homework 3", "hw", 100)
    (told,) = columns_of(roster, "", "hw", 100).doubts
    assert "say with --assignment which one" in told
    assert columns_of(None, "Homework 9 (1)", "hw", 100).assignment == "Homework 9 (1)"


def test_the_command_takes_the_assignments_name(tmp_path, capsys, monkeypatch):
    pack(tmp_path / "hw" / "ann.zip").write_bytes(b"no zip")
    more = ["--results", str(tmp_path / "r"), "--sandbox", "none", "--assignment", "Homework 1 (31337)"]
    assert main(["grade", str(tmp_path / "hw"), *more]) == 1
    assert cells(tmp_path / "r" / "hw" / "canvas.csv")[0][5] == "Homework 1 (31337)"
    pack(tmp_path / "one" / "cs231n" / "x.zip")
    assert main(["grade", str(tmp_path / "one"), *more]) == 2
    assert "--assignment" in capsys.readouterr().err
