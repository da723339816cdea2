"""What is gone, forgotten or of somebody else since the last run of a class is said or refused, never passed over."""

import html

import pytest

from instructor.classroom.entries import Student
from instructor.tests.classroom.test_adjustments import run, save
from instructor.tests.classroom.test_classroom import pack, rows
from instructor.tests.classroom.test_marks import save as save_rows
from instructor.tests.classroom.test_marks import with_answers


@pytest.fixture
def course(tmp_path):
    """A class of three, of whom Ann has answered the questions."""
    for name in ("ann", "bob", "eve"):
        pack(tmp_path / "hw" / f"{name}.zip", name)
    with_answers(tmp_path / "hw" / "ann.zip")
    return tmp_path


def mark(course, **changes):
    """Mark the first answer."""
    table = rows(course / "out" / "answers.csv")
    table[0].update({"points": "2", **changes})
    save_rows(course / "out" / "answers.csv", table)
    return table


def is_said(course, told, sentence):
    """Whether console, page and summary all say it."""
    texts = [(course / "out" / name).read_text(encoding="utf-8") for name in ("class.html", "summary.md")]
    return all(sentence in html.unescape(text) for text in (told, *texts))


def test_answers_that_changed_since_they_were_marked_are_counted_everywhere(course):
    run(course)
    mark(course, answer="Something else.")
    _, _, told = run(course)
    assert is_said(course, told, "1 answer has changed since the mark that counts")


def test_an_extension_of_somebody_who_has_handed_in_nothing_is_shown(course):
    save(course / "out" / "adjust.csv", ("Zoe", "", "", "", "Was ill", "2030-02-05T23:59+01:00"))
    _, book, _ = run(course, [Student(name="Zoe")])
    assert book["Zoe"]["why"].startswith("Extension until 2030-02-05")
    assert "Extension until 2030-02-05" in (course / "out" / "class.html").read_text(encoding="utf-8")
    (moodle,) = (row for row in rows(course / "out" / "moodle.csv") if row["Full name"] == "Zoe")
    assert moodle["Feedback comments"].startswith("Nothing was handed in. Extension until")
