"""An update in mid-term: what students wrote stays, all else is new, and nothing is done by halves."""

import json
import subprocess
import sys
import textwrap

import nbformat
import pytest

from cs231n.blocks import END, START
from instructor.classroom.hand_grades import written_answers
from instructor.cli import release as command
from instructor.core.composition import block_source, fillins, splice
from instructor.core.tasks import code_tasks, notebooks, todo_modules
from instructor.grading.intake import handed_in
from instructor.release.kept_notebooks import PLACEHOLDER
from instructor.release.student_zip import FOLDER, contents, pack, student_files
from instructor.release.update import making as build
from instructor.release.update.in_zip.merging import CannotMerge, blocks_of, merge3, merge_module
from instructor.release.update.in_zip.merging_notebooks import merge_notebook
from instructor.release.update.making import faults_of, update_zip
from instructor.tests.classroom.test_written_answers import CHANGES

LOSS, BOOK = "cs231n/simclr/contrastive_loss.py", notebooks()[0]
SIM = fillins("sim")["reference"].body


@pytest.fixture(scope="module")
def new():
    return contents(student_files())


@pytest.fixture(scope="module")
def old(new):
    """A release as it was some weeks ago: other words, a file less, a file more, a cell less."""
    files = dict(new)
    source = files[LOSS].decode()
    files[LOSS] = source.replace("first with loops", "An older sentence", 1).encode()
    files["cs231n/plots.py"] += b"# an old line\n"
    files["cs231n/gone.py"] = b"x = 1\n"
    files["tests/gone.py"] = b"x = 1\n"
    del files["cs231n/budget.py"]
    book = json.loads(files[BOOK])
    book["cells"] = [cell for cell in book["cells"] if cell["id"] != "saliency-look"]
    next(cell for cell in book["cells"] if cell["id"] == "photos")["source"] = ["Old words."]
    next(cell for cell in book["cells"] if cell["id"] == "gallery")["source"] = ["chosen = [1]"]
    files[BOOK] = json.dumps(book, indent=1).encode()
    return files


@pytest.fixture
def archive(tmp_path, old, new):
    path = tmp_path / "the update.zip"
    path.write_bytes(update_zip(old, new))
    return path


@pytest.fixture
def folder(tmp_path, old):
    """A student's folder with the old release."""
    root = tmp_path / "my work"
    for name, data in old.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def run(archive, folder):
    """What a student does, with a bare Python."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(archive), str(folder)], capture_output=True, text=True, timeout=60
    )


def state(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def edit(path, old, new):
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def fill(folder, task_id, body):
    task = next(task for task in code_tasks() if task.id == task_id)
    path = folder / task.module
    path.write_text(splice(path.read_text(), task.block, body))
    return body


def test_an_update_keeps_its_promises(archive, old, new):
    assert faults_of(archive, old, new) == []


def test_a_folder_with_work_in_it_is_updated_and_the_work_stays(archive, folder, new):
    body = fill(folder, "sim", "# mine: été\nx = z_i @ z_j\n\n\nsimilarity = x / 3  \n")
    fill(folder, "train", "loss = 7")
    edit(folder / LOSS, "import torch\n", "import torch\nimport math  # mine\n")
    (folder / LOSS).write_text((folder / LOSS).read_text() + "\n\ndef my_helper():\n    return 1\n")
    (folder / "notes.txt").write_text("mine")
    before = state(folder)
    result = run(archive, folder)
    assert (result.returncode, result.stderr) == (0, "")
    after = (folder / LOSS).read_text()
    assert block_source(after, "sim") == body
    assert "import math  # mine" in after
    assert "my_helper" in after
    assert "An older sentence" not in after
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "cs231n/plots.py").read_bytes() == new["cs231n/plots.py"]
    assert (folder / "cs231n/budget.py").is_file()
    assert not (folder / "cs231n/gone.py").exists()
    assert (folder / "cs231n/simclr/utils.py").read_bytes() == before["cs231n/simclr/utils.py"]
    backup = state(folder / "before-update-1")
    assert backup == {name: before[name] for name in backup}
    assert {LOSS, BOOK, "cs231n/plots.py", "cs231n/gone.py"} <= set(backup)
    assert "Your blocks are as they were." in result.stdout


def test_a_second_time_there_is_nothing_to_do(archive, folder):
    fill(folder, "sim", SIM)
    assert run(archive, folder).returncode == 0
    before = state(folder)
    result = run(archive, folder)
    assert (result.returncode, result.stdout) == (0, "Your folder is up to date.\n")
    assert state(folder) == before


def test_answers_own_cells_and_own_changes_in_a_notebook_stay(archive, folder):
    book = json.loads((folder / BOOK).read_text())
    cells = {cell["id"]: cell for cell in book["cells"]}
    cells["question-robust-answer"]["source"] = ["My answer."]
    cells["saliency-picture"]["source"] = ["shown = [3]"]
    cells["gallery"]["source"] = ["chosen = [7]"]
    cells["imports"].update(outputs=[{"output_type": "stream", "name": "stdout", "text": ["20"]}])
    at = [cell["id"] for cell in book["cells"]].index("saliency")
    book["cells"].insert(at + 1, {"cell_type": "code", "id": "a1b2", "metadata": {}, "source": ["mine"]})
    (folder / BOOK).write_text(json.dumps(book))
    result = run(archive, folder)
    assert "the cell 'gallery' is new, and your change of the old one is in the backup" in result.stdout
    after = json.loads((folder / BOOK).read_text())["cells"]
    ids = [cell["id"] for cell in after]
    found = {cell["id"]: cell for cell in after}
    assert ids[ids.index("saliency") + 1] == "a1b2"
    assert found["question-robust-answer"]["source"] == ["My answer."]
    assert found["saliency-picture"]["source"] == ["shown = [3]"]
    assert found["gallery"]["source"] != ["chosen = [7]"]
    assert found["photos"]["source"] != ["Old words."]
    assert found["imports"]["outputs"]
    assert "saliency-look" in ids


def test_a_given_file_that_was_changed_is_replaced_and_kept_in_the_backup(archive, folder, new):
    edit(folder / "cs231n/plots.py", "# an old line", "# my line")
    edit(folder / "cs231n/gone.py", "1", "2")
    result = run(archive, folder)
    assert "cs231n/plots.py is a given file that you had changed" in result.stdout
    assert "cs231n/gone.py is no longer needed; you have changed it, so it was left" in result.stdout
    assert (folder / "cs231n/plots.py").read_bytes() == new["cs231n/plots.py"]
    assert b"# my line" in (folder / "before-update-1/cs231n/plots.py").read_bytes()
    assert (folder / "cs231n/gone.py").read_text() == "x = 2\n"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda text: text.replace(START, "#", 1), f"{LOSS} has an END OF YOUR CODE line"),
        (lambda text: text.replace(END, "#", 1), f"{LOSS} has a START OF YOUR CODE line"),
        (lambda text: text.replace("def sim(", "def my_sim("), f"{LOSS} lacks the START and END"),
        (lambda text: text.replace("An older", "My own", 1), f"{LOSS} has a change of yours outside"),
    ],
)
def test_what_cannot_be_merged_is_refused_and_nothing_is_changed(damage, sentence, archive, folder):
    fill(folder, "sim_positive_pairs", "x = 1")
    (folder / LOSS).write_text(damage((folder / LOSS).read_text()))
    before = state(folder)
    result = run(archive, folder)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Nothing was changed." in result.stderr
    assert "Traceback" not in result.stderr
    assert state(folder) == before


def test_bytes_that_are_no_text_and_a_broken_notebook_are_refused(archive, folder):
    (folder / LOSS).write_bytes(b"\xff" + (folder / LOSS).read_bytes())
    (folder / BOOK).write_text("{")
    result = run(archive, folder)
    assert result.returncode == 1
    assert "not UTF-8" in result.stderr
    assert f"{BOOK} is no notebook" in result.stderr


def test_another_folder_is_refused(archive, tmp_path):
    result = run(archive, tmp_path)
    assert result.returncode == 1
    assert "is not the folder of the assignments" in result.stderr


def test_line_ends_of_windows_stay(archive, folder):
    fill(folder, "sim", SIM)
    path = folder / LOSS
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(archive, folder).returncode == 0
    data = path.read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n")
    assert block_source(data.decode().replace("\r\n", "\n"), "sim") == SIM.lstrip("\n")


def test_an_update_that_would_drop_a_block_is_not_built(old, new):
    cut = new[LOSS].decode().replace("def compute_sim_matrix(", "def another(").encode()
    with pytest.raises(ValueError, match=f"the block of compute_sim_matrix is no longer in {LOSS}"):
        update_zip(old, {**new, LOSS: cut})


def test_an_update_that_carries_an_answer_is_not_built(tmp_path, old, new, monkeypatch, capsys):
    leaky = {**new, "cs231n/plots.py": new["cs231n/plots.py"] + SIM.encode()}
    monkeypatch.setattr(command, "contents", lambda files: leaky)
    for name in ("UPDATE", "DIST"):
        monkeypatch.setattr(command, name, tmp_path / ("dist" if name == "DIST" else "dist/update.zip"))
    (tmp_path / "old.zip").write_bytes(pack(old, FOLDER))
    options = command.argparse.Namespace(quick=True, update_from=tmp_path / "old.zip")
    assert command.run(options) == 1
    assert not (tmp_path / "dist" / "update.zip").exists()
    assert "cs231n/plots.py holds a line of" in capsys.readouterr().err
    leaky["cs231n/plots.py"] = new["cs231n/plots.py"]
    assert command.run(options) == 0
    assert "runs: python3" in capsys.readouterr().out


def test_blocks_are_found_as_the_grader_finds_them(new):
    for name in todo_modules():
        found = blocks_of(new[name].decode())
        blocks = [task.block for task in code_tasks() if task.module == name]
        assert list(found) == blocks
        assert all(
            textwrap.dedent(found[block]) == block_source(new[name].decode(), block) for block in blocks
        )


@pytest.mark.parametrize(
    ("theirs", "ours", "merged"),
    [
        ("abcd", "abcd", "abcd"),
        ("abXcd", "abcd", "abXcd"),
        ("abcd", "aYbcd", "aYbcd"),
        ("Xbcd", "abcY", "XbcY"),
        ("acd", "abcdY", "acdY"),
        ("aXbcd", "aXbcd", "aXbcd"),
    ],
)
def test_changes_of_both_sides_are_merged(theirs, ours, merged):
    assert "".join(merge3(list("abcd"), list(theirs), list(ours))) == merged


def test_changes_of_the_same_lines_are_not_merged():
    with pytest.raises(CannotMerge):
        merge3(list("abcd"), list("aXcd"), list("aYcd"))


def test_a_block_that_is_new_comes_in_unfilled(new):
    before = new[LOSS].decode()
    at = before.index("def compute_sim_matrix")
    end = before.index("def simclr_loss_vectorized")
    older = (before[:at] + before[end:]).encode()
    mine = splice(older.decode(), "sim", "x = 1").encode()
    merged = merge_module(older, new[LOSS], mine, list(blocks_of(before))).decode()
    assert block_source(merged, "compute_sim_matrix") == block_source(before, "compute_sim_matrix")
    assert block_source(merged, "sim") == "x = 1\n"


def test_a_notebook_that_is_new_to_the_release_keeps_what_a_student_has_under_its_name(new):
    mine = json.loads(new[BOOK])
    answer = next(cell for cell in mine["cells"] if "answer" in cell["metadata"].get("tags", []))
    answer["source"] = ["Mine."]
    merged, notes = merge_notebook(None, new[BOOK], json.dumps(mine).encode())
    assert b"Mine." in merged
    assert notes == []


def test_the_program_is_the_one_of_the_folder():
    assert {path.name for path in build.INSIDE.glob("*.py")} - {"__init__.py"} == set(build.PROGRAM)


# ---- notebooks whose cells have lost their ids ----


def other_words(data):
    """A later release of a notebook, in which a given text has changed."""
    book = json.loads(data)
    next(cell for cell in book["cells"] if cell["id"] == "photos")["source"] = ["New words."]
    return json.dumps(book).encode()


def with_work(data):
    """A notebook with an answer to each question, a changed cell and a cell of the student's own."""
    book = json.loads(data)
    for cell in book["cells"]:
        if "answer" in cell["metadata"].get("tags", ()):
            cell["source"] = ["**Your answer:** because of edges."]
        if cell["id"] == "gallery":
            cell["source"] = [*cell["source"], "\nchosen = [7]"]
    at = [cell["id"] for cell in book["cells"]].index("saliency")
    own = {"cell_type": "code", "id": "mine", "metadata": {}, "source": ["own = 1"], "outputs": []}
    book["cells"].insert(at + 1, {**own, "execution_count": None})
    return book


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_notebook_that_an_editor_has_changed_is_merged_without_doubling_a_cell(change, new):
    mine = with_work(new[BOOK])
    change(mine)
    given, later = json.loads(new[BOOK])["cells"], other_words(new[BOOK])
    data, _ = merge_notebook(new[BOOK], later, json.dumps(mine).encode())
    merged = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(merged)
    ids, texts = [cell.id for cell in merged.cells], [cell.source for cell in merged.cells]
    assert [name for name in ids if name in {cell["id"] for cell in given}] == [cell["id"] for cell in given]
    assert len(set(ids)) == len(ids)
    found = written_answers(handed_in("a", {BOOK: data}))
    assert set(found.values()) == {"because of edges."}
    assert len(found) == sum("answer" in cell["metadata"].get("tags", ()) for cell in given)
    assert texts.count("New words.") == 1
    assert texts.count("own = 1") == 1
    assert ids[texts.index("own = 1") - 1] == "saliency"
    assert sum(text.endswith("chosen = [7]") for text in texts) == 1
    for cell in given:
        assert texts.count("".join(cell["source"])) <= max(1, texts.count(PLACEHOLDER)), cell["id"]
    again, _ = merge_notebook(later, later, data)
    assert again == data


def test_a_note_says_that_cells_were_known_by_what_is_in_them(archive, folder):
    book = json.loads((folder / BOOK).read_text())
    for cell in book["cells"]:
        del cell["id"]
    (folder / BOOK).write_text(json.dumps(book))
    result = run(archive, folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"{BOOK}: its cells had lost their ids, and were known by what is in them." in result.stdout
    assert run(archive, folder).stdout == "Your folder is up to date.\n"
