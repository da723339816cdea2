"""Marks by hand are never lost without a word, whatever a spreadsheet or a hand made of answers.csv."""

import csv
import io
import json
import zipfile

import pytest

from instructor.__main__ import main
from instructor.classroom.hand_grades import HEADER, HandGrades, questions
from instructor.classroom.table_file import read_table
from instructor.core.tasks import ROOT, notebooks
from instructor.tests.classroom.test_classroom import pack, rows, run

NAME = "answers.csv"


def with_answers(path, text="Because of edges."):
    """Add a notebook to a zip in which every question is answered."""
    name = notebooks()[0]
    book = json.loads((ROOT / name).read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if "answer" in cell["metadata"].get("tags", ()):
            cell["source"] = text
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, json.dumps(book))


@pytest.fixture
def course(tmp_path):
    """A class of two, graded, with a mark and a comment beside each answer."""
    for name in ("ann", "bob"):
        with_answers(pack(tmp_path / "hw" / f"{name}.zip", name))
    run(tmp_path / "hw", tmp_path / "out")
    table = rows(tmp_path / "out" / NAME)
    assert len(table) > 4
    save(tmp_path / "out" / NAME, [{**row, "points": "2", "comment": "good"} for row in table])
    return tmp_path


def save(path, table, **kwargs):
    text = io.StringIO()
    writer = csv.DictWriter(text, table[0], **kwargs)
    writer.writeheader()
    writer.writerows(table)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def edit(path, change):
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")


def marks(path):
    return [(row["submission"], row["points"], row["comment"]) for row in rows(path)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "Marks of assignment 3,,,,,,,\r\n" + text,
        lambda text: "sep=,\r\n" + text,
        lambda text: "sep=;\r\n" + text.replace(",", ";"),
        lambda text: "\r\n" + text,
        lambda text: "",
        lambda text: text.partition("\n")[2],
        lambda text: text.replace("submission,student,question,", "Abgabe,Student,Frage,", 1),
        lambda text: text.replace(",points,", ",mark,", 1),
        lambda text: text.replace(",comment,", ",remarks,", 1),
        lambda text: text.replace(",note", ",points", 1),
    ],
    ids=[
        "title",
        "sep=",
        "sep=;",
        "empty-line",
        "nothing",
        "header-gone",
        "translated",
        "points",
        "comment",
        "twice",
    ],
)
def test_a_header_that_cannot_be_read_is_refused_and_the_file_stays(course, change):
    path = course / "out" / NAME
    edit(path, change)
    before, book = path.read_bytes(), (course / "out" / "gradebook.csv").read_bytes()
    with pytest.raises(ValueError, match=r"answers.csv can't be read: its first line has to name"):
        run(course / "hw", course / "out")
    assert path.read_bytes() == before
    assert (course / "out" / "gradebook.csv").read_bytes() == book


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "gbk"])
def test_a_table_in_another_encoding_is_refused_and_stays(course, encoding):
    path = course / "out" / NAME
    text = path.read_text(encoding="utf-8").replace("good", "好" if encoding == "gbk" else "gut é")
    saved = text.encode(encoding, "replace")
    path.write_bytes(saved)
    with pytest.raises(ValueError, match="save it as 'CSV UTF-8'"):
        run(course / "hw", course / "out")
    assert path.read_bytes() == saved


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_whatever_a_spreadsheet_puts_between_cells_the_marks_are_read(course, delimiter, quoting):
    path = course / "out" / NAME
    table = [{**row, "points": "1,5", "comment": 'so; "so",\tso\nand so'} for row in rows(path)]
    save(path, table, delimiter=delimiter, quoting=quoting)
    run(course / "hw", course / "out")
    assert set(marks(path)) == {(name, "1.5", 'so; "so",\tso\nand so') for name in ("ann", "bob")}
    assert len(marks(path)) == len(table)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("question", f"{notebooks()[0]}#gone", "row 3: there is no question"),
        ("question", "", "row 3: there is no question"),
        ("submission", "carl", "row 3: there is no submission called 'carl'"),
        ("submission", "", "row 3: there is no submission called ''"),
        ("points", "two", "row 3: 'two' is not a number of points"),
    ],
)
def test_a_marked_row_that_belongs_to_nothing_is_refused_and_stays(course, column, value, sentence):
    path = course / "out" / NAME
    table = rows(path)
    table[1][column] = value
    save(path, table)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=sentence):
        run(course / "hw", course / "out")
    assert path.read_bytes() == before


def test_an_answer_that_is_marked_twice_is_refused(course):
    path = course / "out" / NAME
    table = rows(path)
    save(path, [*table, {**table[0], "points": "1"}])
    with pytest.raises(ValueError, match="is marked above already"):
        run(course / "hw", course / "out")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace(",good,", ",good, but,short", 1), "row 2: something stands in a column"),
        (lambda text: text.replace(",good,", ',"good,', 1), "is not a CSV file"),
    ],
)
def test_a_row_that_swallows_cells_is_refused(course, change, sentence):
    edit(course / "out" / NAME, change)
    with pytest.raises(ValueError, match=sentence):
        run(course / "hw", course / "out")


def test_the_marks_of_a_hand_in_that_was_taken_away_are_refused_not_lost(course):
    (course / "hw" / "bob.zip").unlink()
    with pytest.raises(ValueError, match="there is no submission called 'bob'"):
        run(course / "hw", course / "out")
    assert ("bob", "2", "good") in marks(course / "out" / NAME)


def test_every_rewrite_keeps_the_file_before_it_and_an_equal_one_is_none(course):
    path = course / "out" / NAME
    first = path.read_bytes()
    run(course / "hw", course / "out")
    second = path.read_bytes()
    assert second != first
    assert path.with_name(f"{NAME}.bak-1").read_bytes() == first
    run(course / "hw", course / "out")
    assert not path.with_name(f"{NAME}.bak-2").exists()
    edit(path, lambda text: text.replace("good", "better"))
    third = path.read_bytes()
    with_answers(pack(course / "hw" / "eve.zip", "eve"))
    run(course / "hw", course / "out")
    assert path.with_name(f"{NAME}.bak-2").read_bytes() == third
    assert path.with_name(f"{NAME}.bak-1").read_bytes() == first


def test_columns_of_the_instructors_own_and_a_comment_without_a_mark_stay(course):
    path = course / "out" / NAME
    table = [{**row, "points": "", "comment": "see me", "marked by": "dr"} for row in rows(path)]
    save(path, table)
    pack(course / "hw" / "ann.zip", "another hand-in, without answers")
    run(course / "hw", course / "out")
    assert [(row["comment"], row["marked by"]) for row in rows(path)] == [("see me", "dr")] * len(table)


def test_marks_that_were_saved_while_the_reports_were_written_are_not_overwritten(course):
    path = course / "out" / NAME
    grades = HandGrades(path)
    edit(path, lambda text: text.replace("good", "better"))
    with pytest.raises(ValueError, match="was saved while the reports were written"):
        grades.write()
    assert ("ann", "2", "better") in marks(path)


def test_a_run_with_marks_that_cannot_be_read_ends_before_it_grades(tmp_path, capsys):
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "zoe.zip").write_bytes(b"no zip")
    (tmp_path / "r" / "hw").mkdir(parents=True)
    path = tmp_path / "r" / "hw" / NAME
    path.write_text(f"My marks\n{','.join(HEADER)}\nzoe,,{next(iter(questions()))},,words,2,,\n")
    before = path.read_bytes()
    command = ["grade", str(tmp_path / "hw"), "--results", str(tmp_path / "r"), "--sandbox", "none"]
    assert main(command) == 2
    assert "its first line has to name the columns" in " ".join(capsys.readouterr().err.split())
    assert path.read_bytes() == before
    assert not (tmp_path / "r" / "hw" / "journal" / "zoe.json").exists()


def test_a_class_list_with_rows_of_any_length_is_read(tmp_path):
    (tmp_path / "list.csv").write_text("Name;Number\nAnn;1;more\n\nBob\n", encoding="utf-8")
    assert read_table(tmp_path / "list.csv") == [
        {"name": "Ann", "number": "1"},
        {"name": "Bob", "number": ""},
    ]
