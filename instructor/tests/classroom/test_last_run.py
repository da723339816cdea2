"""What is gone or forgotten since the last run of a class, or of others, is said or refused."""

import html
import shutil
from pathlib import Path

import pytest

from instructor.__main__ import main
from instructor.classroom.entries import Entry, Student, near_names, read_class
from instructor.classroom.last_run import LastRun, gone, require_same_class, write_last
from instructor.classroom.roster import match, not_listed
from instructor.cli.grade_class import _first_words
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


def test_a_submission_of_nobody_on_the_class_list_is_named(course):
    folder = read_class(course / "hw")
    folder.entries, _ = match(folder.entries, [Student(name="Ann"), Student(name="Bob")])
    assert not_listed(folder.entries) == [
        "1 of 3 submissions is of somebody who is not on the class list: eve."
    ]
    assert [entry.notes for entry in folder.entries] == [(), (), ("eve is not on the class list.",)]
    folder.notes += not_listed(folder.entries)
    assert sum("on the class list" in line for line in _first_words(folder, [], folder.path)) == 1
    entries, _ = match(folder.entries, [Student(name="Someone Else")])
    assert "Is it the list of this course?" in not_listed(entries)[0]


def test_a_submission_that_is_gone_is_said_until_its_page_is_gone_too(course):
    run(course)
    (course / "hw" / "eve.zip").unlink()
    for _ in range(2):
        run(course, [Student(name="Eve")])
        sentence = "Graded before, and not in the folder any more: eve."
        assert is_said(course, sentence, sentence)
    shutil.rmtree(course / "out" / "students" / "eve")
    run(course, [Student(name="Eve")])
    assert not is_said(course, sentence, sentence)


def test_a_table_of_adjustments_that_is_gone_is_refused_and_a_row_is_said(course):
    path = save(
        course / "out" / "adjust.csv", ("ann", "sim", "5", "", "Appeal"), ("bob", "sim", "4", "", "Oral")
    )
    run(course)
    save(path, ("bob", "sim", "4", "", "Oral"))
    run(course)
    sentence = "Gone since the last run: 1 adjustment: ann, sim."
    assert is_said(course, sentence, sentence)
    book = (course / "out" / "gradebook.csv").read_bytes()
    path.unlink()
    with pytest.raises(ValueError, match=r"adjust.csv is gone, and 1 adjustment counted last time: bob, sim"):
        run(course)
    assert (course / "out" / "gradebook.csv").read_bytes() == book
    assert not path.exists()
    assert run(course, force=True)[1]["bob"]["total"] == "3"


def test_nobody_is_told_that_nothing_was_handed_in_whose_submission_is_gone(course):
    class_list = [Student(name=name) for name in ("ann", "eve", "zoe")]
    run(course, class_list)
    (course / "hw" / "eve.zip").unlink()
    for _ in range(2):  # and so it stays
        _, book, _ = run(course, class_list)
        comments = {row["Full name"]: row["Feedback comments"] for row in rows(course / "out" / "moodle.csv")}
        assert (book["eve"]["status"], book["zoe"]["status"]) == (
            "gone since it was graded",
            "nothing handed in",
        )
        assert book["eve"]["note"] == "eve was graded before and is not in the folder any more."
        assert (comments["eve"], comments["zoe"]) == ("", "Nothing was handed in.")
    shutil.rmtree(course / "out" / "students" / "eve")
    assert run(course, class_list)[1]["eve"]["status"] == "nothing handed in"


def test_an_option_that_was_forgotten_is_asked_for(course):
    table = save(course / "own.csv", ("ann", "sim", "5", "", "Appeal"))
    run(course, adjust=table, roster=course / "list.csv")
    with pytest.raises(ValueError, match=r"The last run had --roster .*list.csv: give it again"):
        run(course, adjust=table)
    with pytest.raises(ValueError, match=r"The last run had --adjust .*own.csv, with 1 adjustment"):
        run(course, roster=course / "list.csv")


def test_marks_that_are_gone_are_refused_with_the_newest_copy_or_said(course):
    run(course)
    for points in ("1", "2"):
        mark(course, points=points)
        run(course)
    path = course / "out" / "answers.csv"
    table = mark(course)
    save_rows(path, table[1:])
    run(course)
    sentence = "Gone since the last run: 1 mark: ann,"
    assert is_said(course, sentence, sentence)
    mark(course)
    run(course)
    path.unlink()
    newest = max(path.parent.glob("answers.csv.bak-*")).name
    with pytest.raises(ValueError, match=f"1 mark counted last time: copy {newest} to answers.csv"):
        run(course)
    assert run(course, force=True)[1]["ann"]["total"] == "3"


def test_another_class_of_the_same_name_is_refused_and_one_that_moved_is_not(course):
    run(course)
    moved = course / "other"
    pack(moved / "ann.zip", "ann")
    with pytest.raises(ValueError, match=r"results of another class folder, .*hw. Give --results"):
        run(course, source=moved)
    before = LastRun(str(course / "gone" / "hw"), ("ann", "zoe"))
    now = LastRun(str(course / "hw"), ("ann", "bob"))
    require_same_class(before, now, course / "out")
    (sentence,) = gone(before, now, course / "out" / "answers.csv")
    assert sentence == f"The class was in {before.folder} when it was graded last."
    with pytest.raises(ValueError, match="another class folder"):
        require_same_class(before, LastRun(now.folder, ("bob",)), course / "out")


def test_names_are_suggested_once_and_as_they_are_written():
    lee = Entry("leeann-7", Path("leeann_7_8_a.zip"), (Student(name="Lee, Ann", login="leeann"),))
    assert near_names("lee, anna", [lee]) == " Did you mean Lee, Ann?"
    assert near_names("leean", [lee]) == " Did you mean Lee, Ann?"
    assert near_names("Ray, Boo", [lee], [Student(name="Bo Ray")]) == " Did you mean Bo Ray?"
    assert near_names("xyz", [lee]) == ""


def test_an_interview_finds_the_folder_and_the_class_list_of_the_last_run(course, capsys):
    results, where = course / "results", ["--results", str(course / "results")]
    (course / "list.csv").write_text("Name,login\nAnn,al1\nZoe,zr2\n", encoding="utf-8")
    (results / "hw.sim" / "journal").mkdir(parents=True)
    (results / "hw.sim" / "journal" / ".lock").touch()
    write_last(results / "hw.sim", LastRun(str(course / "hw"), (), str(course / "list.csv")))
    assert main(["interview", "al1", *where]) == 0
    assert "Ann: " in capsys.readouterr().out
    assert main(["interview", "zr2", *where]) == 2
    assert "Zoe handed in nothing" in capsys.readouterr().err
    (course / "hw").rename(course / "aside")
    assert main(["interview", "al1", *where]) == 2
    assert f"folder {course / 'hw'} is gone: give" in capsys.readouterr().err


def test_the_command_refuses_what_the_last_run_does_not_agree_with(course, capsys):
    pack(course / "other" / "hw" / "kim.zip")
    command, target = ["--results", str(course / "r"), "--notebooks", "none"], course / "r" / "hw"
    write_last(target, LastRun(str(course / "hw"), ("ann", "bob", "eve"), "", "", (), ("ann, q",)))
    assert main(["grade", str(course / "other" / "hw"), *command]) == 2
    assert f"another class folder, {course / 'hw'}" in " ".join(capsys.readouterr().err.split())
    assert main(["grade", str(course / "hw"), *command]) == 2
    assert "1 mark counted last time" in " ".join(capsys.readouterr().err.split())
    assert not (target / "gradebook.csv").exists()
