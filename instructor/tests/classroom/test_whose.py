"""Whose a grade is: names of every platform, several uploads of one student, class lists that contradict."""

import csv
import zipfile

import pytest

from instructor.__main__ import main
from instructor.classroom.class_run import read_entry
from instructor.classroom.entries import ClassError, Entry, Student, is_class, read_class
from instructor.classroom.journal import Journal, Record
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.roster import match, read_roster
from instructor.cli import grade_class
from instructor.core.result import Result, TaskResult
from instructor.core.tasks import ROOT, todo_modules
from instructor.grading.intake import read_submission


def pack(path, names=None, prefix=""):
    """A zip with the files as they are released, or with others of no use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in todo_modules() if names is None else names:
            archive.writestr(prefix + name, (ROOT / name).read_bytes() if names is None else b"x")
    return path


def lay_out(folder):
    """A folder with the files, as a repository has them."""
    for name in todo_modules():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())


def listed(tmp_path, text):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    return read_roster(tmp_path / "list.csv")


def reports(folder, absent, target):
    """The reports on a class of which everything that can be read has 4 of 5 points."""
    with Journal(target / "journal") as journal:
        for entry in folder.entries:
            if entry.problem:
                journal.write(Record(entry.name, "", Result(entry.name, 1, "", problem=entry.problem)))
                continue
            task = TaskResult("sim", "Cosine similarity", 5, 4.0, "partial", {"value": (4.0, 5)})
            digest = read_submission(entry.path).digest()
            journal.write(Record(entry.name, "k", Result(entry.name, 1, "bwrap", [task], digest=digest)))
        write_class_reports(Class(folder, target, absent, ("sim",)), journal)


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def on_console(folder, absent=()):
    return "\n".join(grade_class._first_words(folder, list(absent), folder.path))


def whose(folder):
    """{name of an entry: (name, id, login) of its student}"""
    return {
        entry.name: (entry.students[0].name, entry.students[0].id, entry.students[0].login)
        for entry in folder.entries
    }


# ---- class lists ----------------------------------------------------------------------------------------


def test_the_second_student_of_a_name_never_gets_the_firsts_id(tmp_path):
    for number in (1, 2):
        lay_out(tmp_path / "hw" / f"submission_{number}")
    (tmp_path / "hw" / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ann Lee\n    :sid: '00123'\n    :email: ann1@x.edu\n"
        "submission_2:\n  :submitters:\n  - :name: Ann Lee\n    :sid: '00999'\n    :email: ann2@x.edu\n"
    )
    folder = read_class(tmp_path / "hw")
    roster = listed(tmp_path, "First Name,Last Name,SID,Email\nAnn,Lee,00123,ann1@x.edu\n")
    folder.entries, absent = match(folder.entries, roster)
    assert [(e.students[0].number, e.students[0].email) for e in folder.entries] == [
        ("00123", "ann1@x.edu"),
        ("00999", "ann2@x.edu"),
    ]
    assert absent == []
    reports(folder, absent, tmp_path / "out")
    assert [row["SIS User ID"] for row in rows(tmp_path / "out" / "canvas.csv")[1:]] == ["00123", "00999"]
    first, second = rows(tmp_path / "out" / "gradebook.csv")
    assert first["note"] == ""
    assert second["note"].startswith("Ambiguous: not taken for Ann Lee")
    assert "Ambiguous" in on_console(folder)
    assert "Ambiguous" in (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert "Ambiguous" in (tmp_path / "out" / "summary.md").read_text(encoding="utf-8")


def test_ids_that_contradict_never_match_by_name(tmp_path):
    roster = listed(tmp_path, 'Student,ID\n"Lee, Ann",1001\n')
    entry = Entry("leeann", tmp_path, (Student(name="leeann", id="1010"),))
    (matched,), (absent,) = match([entry], roster)
    assert matched.students[0].id == "1010"
    assert matched.students[0].name == "leeann"
    assert "whose ID is 1001, not 1010" in matched.students[0].note
    assert "was not taken for theirs" in absent.note


def test_a_spreadsheet_that_drops_zeros_contradicts_nothing(tmp_path):
    roster = listed(tmp_path, "Name,SID\nAnn Lee,123\n")
    (matched,), absent = match([Entry("a", tmp_path, (Student("A. Lee", number="00123"),))], roster)
    assert (matched.students[0].name, absent) == ("Ann Lee", [])


def test_two_of_one_name_are_ambiguous_and_neither_gets_the_row(tmp_path):
    for number in ("7", "8"):
        pack(tmp_path / "hw" / f"Ann Lee_{number}_assignsubmission_file_" / "a.zip")
    folder = read_class(tmp_path / "hw")
    folder.entries, absent = match(folder.entries, listed(tmp_path, "Name,Email\nAnn Lee,a@x.edu\n"))
    assert [entry.students[0].email for entry in folder.entries] == ["", ""]
    assert all("none was chosen" in entry.students[0].note for entry in folder.entries)
    reports(folder, absent, tmp_path / "out")
    statuses = [row["status"] for row in rows(tmp_path / "out" / "gradebook.csv")]
    assert sorted(statuses) == ["ambiguous", "graded", "graded"]
    assert "2 submissions may be theirs" in on_console(folder, absent)
    assert "Nothing was handed in" not in (tmp_path / "out" / "moodle.csv").read_text()


def test_a_row_is_used_once_though_two_know_it_surely(tmp_path):
    pack(tmp_path / "hw" / "S1.zip")
    pack(tmp_path / "hw" / "alee.zip")
    folder = read_class(tmp_path / "hw")
    roster = listed(tmp_path, "Student,SIS User ID,SIS Login ID\nAnn Lee,S1,alee\n")
    folder.entries, absent = match(folder.entries, roster)
    assert [entry.students[0].number for entry in folder.entries] == ["", ""]
    assert absent[0].note == "Ambiguous: 2 submissions may be theirs (S1, alee)."
    reports(folder, absent, tmp_path / "out")
    assert [row["out"] for row in rows(tmp_path / "out" / "canvas.csv")[1:]] == ["", "", ""]


def test_a_student_in_two_groups_is_one(tmp_path):
    roster = listed(tmp_path, "Name,Email,Group\nAnn Lee,a@x.edu,1\nAnn Lee,a@x.edu,2\nBo,,1\nBo,,2\n")
    assert [student.name for student in roster] == ["Ann Lee", "Bo", "Bo"]


def test_github_classrooms_roster_finds_its_repositories(tmp_path):
    for login in ("ann-lee", "lee", "octocat"):
        lay_out(tmp_path / "a3-submissions" / f"a3-{login}")
    roster = listed(
        tmp_path,
        "identifier,github_username,github_id,name\n"
        '"Lee, Ann",ann-lee,1,\nb17,Octocat,2,Bo Ray\nzoe@x.edu,zoe,3,Zoe\n"Kim, Jo",,,\n',
    )
    folder = read_class(tmp_path / "a3-submissions")
    folder.entries, absent = match(folder.entries, roster)
    found = {entry.name: entry.students[0] for entry in folder.entries}
    assert found["a3-ann-lee"].name == "Lee, Ann"
    assert (found["a3-octocat"].name, found["a3-octocat"].number) == ("Bo Ray", "b17")
    assert found["a3-lee"] == Student(name="a3-lee")  # who is not on the list gets nobody's row
    assert [student.name for student in absent] == ["Zoe", "Kim, Jo"]
    assert absent[0].email == "zoe@x.edu"


# ---- several uploads of one student ---------------------------------------------------------------------


def test_of_one_hand_in_the_zip_that_holds_the_files_counts(tmp_path):
    pack(tmp_path / "leeann_1001_5001_submission.zip")
    pack(tmp_path / "leeann_1001_5002_my_photos.zip", ["cat.jpg"])
    (entry,) = (folder := read_class(tmp_path)).entries
    assert entry.path.name == "leeann_1001_5001_submission.zip"
    assert "my_photos.zip holds none of the files" in on_console(folder)


@pytest.mark.parametrize("ending", ["rar", "7z", "py", "pdf", "tar.gz"])
def test_an_upload_of_another_type_is_a_row_that_could_not_be_read(tmp_path, ending):
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / f"kimbo_1002_6003_work.{ending}").write_bytes(b"x")
    pack(tmp_path / "hw" / "leeann_1001_5001_submission.zip")
    folder = read_class(tmp_path / "hw")
    roster = listed(tmp_path, 'Student,ID\n"Kim, Bo",1002\n"Lee, Ann",1001\n')
    folder.entries, absent = match(folder.entries, roster)
    reports(folder, absent, tmp_path / "out")
    book = {row["student"]: row["status"] for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert book == {"Kim, Bo": "could not be read", "Lee, Ann": "graded"}
    assert f"work.{ending}" in on_console(folder)


@pytest.mark.parametrize(("ending", "points"), [("rar", ""), ("py", ""), ("pdf", "4")])
def test_a_newer_upload_beside_a_zip_is_a_row_and_code_holds_back_the_points(tmp_path, ending, points):
    pack(tmp_path / "hw" / "kimbo_1002_5003_submission.zip")
    (tmp_path / "hw" / f"kimbo_1002_6003_work.{ending}").write_bytes(b"x")
    folder = read_class(tmp_path / "hw")
    reports(folder, [], tmp_path / "out")
    book = {row["submission"]: row for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert book[f"kimbo_1002_6003_work.{ending}"]["status"] == "could not be read"
    assert book["kimbo-1002"]["status"] == "graded"
    assert ("may be the newer work" in book["kimbo-1002"]["note"]) == (ending != "pdf")
    assert [row["out"] for row in rows(tmp_path / "out" / "canvas.csv")[1:]] == [points]


def test_a_newer_zip_that_is_damaged_does_not_leave_the_older_one_unsaid(tmp_path):
    pack(tmp_path / "kimbo_1002_5003_submission.zip")
    (tmp_path / "kimbo_1002_6003_submission.zip").write_bytes(b"PK")
    entries = {entry.name: entry for entry in read_class(tmp_path).entries}
    assert "can't be opened" in entries["kimbo_1002_6003_submission.zip"].problem
    assert "may be the newer work" in entries["kimbo-1002"].doubt


def test_text_typed_online_is_a_row_only_where_there_is_no_file(tmp_path):
    (tmp_path / "Ann_1_assignsubmission_onlinetext").mkdir()
    (tmp_path / "Bob_2_assignsubmission_onlinetext").mkdir()
    pack(tmp_path / "Bob_2_assignsubmission_file_" / "a.zip")
    (tmp_path / "leeann_1001_text.html").write_text("done")
    problems = {entry.students[0].name: entry.problem for entry in read_class(tmp_path).entries}
    assert problems.pop("Bob") == ""
    assert set(problems) == {"Ann", "leeann"}
    assert all("could not be read" in problem for problem in problems.values())


def test_unpacked_canvas_folders_are_read(tmp_path):
    lay_out(tmp_path / "leeann_1001_5001_submission")
    pack(tmp_path / "kimbo_LATE_1002_5003_submission.zip")
    lay_out(tmp_path / "kimbo_LATE_1002_5003_submission")
    folder = read_class(tmp_path)
    assert whose(folder) == {"kimbo-1002": ("kimbo", "1002", ""), "leeann-1001": ("leeann", "1001", "")}
    assert all(not entry.problem for entry in folder.entries)


def test_blackboards_names_are_read_and_the_last_attempt_counts(tmp_path):
    for login, day in (("alee", 1), ("alee", 2), ("b_ray", 1)):
        stem = f"Assignment 3_{login}_attempt_2026-10-0{day}-12-30-00"
        pack(tmp_path / f"{stem}_my_work.zip")
        (tmp_path / f"{stem}.txt").write_text("Name: somebody")
    folder = read_class(tmp_path)
    assert {entry.students[0].login: entry.path.name for entry in folder.entries} == {
        "alee": "Assignment 3_alee_attempt_2026-10-02-12-30-00_my_work.zip",
        "b_ray": "Assignment 3_b_ray_attempt_2026-10-01-12-30-00_my_work.zip",
    }
    roster = listed(tmp_path, "Last Name,First Name,Username,Student ID\nLee,Ann,alee,17\n")
    matched, _ = match(folder.entries, roster)
    assert (matched[0].students[0].name, matched[0].students[0].number) == ("Ann Lee", "17")


def test_brightspaces_names_are_read_and_the_last_upload_counts(tmp_path):
    lay_out(tmp_path / "39786-640693 - Ann Lee - Oct 10, 2026 1022 AM")
    lay_out(tmp_path / "39786-640693 - Ann Lee - Oct 10, 2026 122 PM")
    pack(tmp_path / "39787-640693 - Bo Jean-Ray - Oct 9, 2026 900 AM - work.zip")
    (tmp_path / "index.html").write_text("")
    folder = read_class(tmp_path)
    assert whose(folder) == {
        "Ann_Lee-39786": ("Ann Lee", "39786", ""),
        "Bo_Jean-Ray-39787": ("Bo Jean-Ray", "39787", ""),
    }
    assert folder.entries[0].path.name.endswith("122 PM")
    assert "left alone: 39786-640693 - Ann Lee - Oct 10, 2026 1022 AM" in on_console(folder)


def test_all_that_is_left_out_is_named(tmp_path):
    pack(tmp_path / "ann.zip")
    for number in range(12):
        (tmp_path / f"notes{number}.txt").touch()
    (tmp_path / "bob.rar").write_bytes(b"Rar!")
    folder = read_class(tmp_path)
    assert all(f"notes{number}.txt" in on_console(folder) for number in range(12))
    assert "bob.rar is no zip" in {entry.name: entry for entry in folder.entries}["bob"].problem
    reports(folder, [], tmp_path / "out")
    assert "notes11.txt" in (tmp_path / "out" / "class.html").read_text(encoding="utf-8")


def test_a_submission_that_an_export_names_and_lacks_is_said(tmp_path):
    lay_out(tmp_path / "submission_1")
    (tmp_path / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters: []\nsubmission_2:\n  :submitters: []\n"
    )
    assert "names 1 that are not here: submission_2." in on_console(read_class(tmp_path))


# ---- what is no class, and links ------------------------------------------------------------------------


def test_folders_of_sections_and_the_folder_above_a_class_are_refused(tmp_path):
    for section in ("monday", "tuesday"):
        for name in ("ann", "bob"):
            lay_out(tmp_path / "hw" / section / name)
    for path in (tmp_path / "hw", tmp_path):
        with pytest.raises(ClassError, match=r"no class, but a folder of classes.* Grade each by itself"):
            read_class(path)
    assert len(read_class(tmp_path / "hw" / "monday").entries) == 2


def test_a_folder_of_data_is_no_class(tmp_path, capsys):
    (tmp_path / "data" / "cifar").mkdir(parents=True)
    (tmp_path / "data" / "cifar" / "batch_1").touch()
    pack(tmp_path / "data" / "images.zip", ["cat.jpg"])
    target = tmp_path / "results"
    assert main(["grade", str(tmp_path / "data"), "--results", str(target)]) == 2
    assert "none of the folders and zips in it holds a file with a student's code" in " ".join(
        capsys.readouterr().err.split()
    )
    assert not target.exists()


@pytest.mark.parametrize("where", ["", "work/", "work/deep/"])
def test_a_zip_that_is_reached_through_a_link_is_refused_wherever_it_stands(tmp_path, where):
    pack(tmp_path / "other.zip")
    (tmp_path / "hw" / "ann" / where).mkdir(parents=True)
    (tmp_path / "hw" / "ann" / where / "mine.zip").symlink_to(tmp_path / "other.zip")
    (entry,) = read_class(tmp_path / "hw").entries
    assert "is a link" in entry.problem


def test_a_folder_that_is_reached_through_a_link_is_refused_wherever_it_stands(tmp_path):
    lay_out(tmp_path / "other")
    pack(tmp_path / "zips" / "work.zip")
    for name, target in (("ann", "other"), ("bob", "zips"), ("eve", "other/cs231n")):
        (tmp_path / "hw" / name).mkdir(parents=True)
        link = "cs231n" if name == "eve" else "work"
        (tmp_path / "hw" / name / link).symlink_to(tmp_path / target)
    (tmp_path / "hw" / "zoe_1_assignsubmission_file_").symlink_to(tmp_path / "other")
    lay_out(tmp_path / "hw" / "kim")
    said = {}
    for entry in read_class(tmp_path / "hw").entries:
        found = read_entry(entry)
        said[entry.name] = found.problem if isinstance(found, Result) else ""
    assert said.pop("kim") == ""
    assert len(said) == 4
    assert all("link" in sentence for sentence in said.values())


def test_files_without_folders_are_one_submission_and_no_class(tmp_path):
    for name in todo_modules():
        (tmp_path / name.rpartition("/")[2]).write_bytes((ROOT / name).read_bytes())
    assert not is_class(tmp_path)
    assert len(read_submission(tmp_path).modules) == len(todo_modules())
    lay_out(tmp_path / "class" / "ann")
    (tmp_path / "class" / "contrastive_loss.py").write_bytes(b"x")
    assert is_class(tmp_path / "class")


# ---- the commands ---------------------------------------------------------------------------------------


def only(path, *texts):
    folder = read_class(path)
    options = type("Options", (), {"only": list(texts), "path": path})
    return [entry.name for entry in grade_class._only(folder, options)]


def test_only_takes_a_name_with_a_comma(tmp_path):
    for name, number in (("Ann Lee", 1), ("Bo Ray", 2), ("Eve", 3)):
        pack(tmp_path / f"{name}_{number}_assignsubmission_file_" / "a.zip")
    assert only(tmp_path, "Lee, Ann") == ["Ann_Lee-1"]
    assert only(tmp_path, "Lee, Ann, ray,bo") == ["Ann_Lee-1", "Bo_Ray-2"]
    assert only(tmp_path, "Eve,Bo Ray") == ["Bo_Ray-2", "Eve-3"]
    assert only(tmp_path, "Eve", "Lee, Ann") == ["Ann_Lee-1", "Eve-3"]
    with pytest.raises(ClassError, match="called Nobody"):
        only(tmp_path, "Lee, Ann, Nobody")
    with pytest.raises(ClassError, match="names nobody"):
        only(tmp_path, " ,")


@pytest.mark.parametrize("name", ["nosuch.zip", "notes.txt"])
def test_a_mistyped_path_leaves_no_reports(tmp_path, capsys, name):
    (tmp_path / "notes.txt").write_text("x")
    assert main(["grade", str(tmp_path / name), "--results", str(tmp_path / "results")]) == 2
    said = capsys.readouterr().err
    assert name in said
    assert "zip" in said
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("extra", [["--only", "ann"], ["--roster", "list.csv"]])
def test_what_is_for_a_class_is_refused_for_one_submission(tmp_path, capsys, extra):
    path = pack(tmp_path / "ann.zip")
    assert main(["grade", str(path), *extra, "--results", str(tmp_path / "results")]) == 2
    assert "are for a class" in capsys.readouterr().err


def test_an_unknown_task_of_the_diagnosis_is_refused(capsys):
    for tasks in ("simm", ""):
        assert main(["diagnosis", "--tasks", tasks]) == 2
        assert "No such task" in capsys.readouterr().err
