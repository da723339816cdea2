"""The release holds what its list says, and a planted leak does not get out."""

import ast
import io
import json
import textwrap
import zipfile
from pathlib import Path

import nbformat
import pytest

from instructor.cli import release as command
from instructor.core.composition import block_source, fillins, splice
from instructor.core.given import LIST
from instructor.core.tasks import ROOT, code_tasks, notebooks, todo_modules, translations
from instructor.release import prove
from instructor.release.leaks import leaks, secrets
from instructor.release.student_zip import (
    FOLDER,
    ListError,
    contents,
    pack,
    student_files,
    student_zip,
    unlisted,
    unpack,
)

ANSWER = fillins("compute_sim_matrix")["reference"].body
LINE = "log_denominator = (sim_matrix / tau).masked_fill(itself, float('-inf')).logsumexp(dim=1)"
BOOK = notebooks()[0]


@pytest.fixture(scope="module")
def members():
    return contents(student_files())


@pytest.fixture
def release(tmp_path, members):
    """A function that writes a release with some members changed, added or, for None, taken away."""

    def write(changes=None):
        changed = {name: data for name, data in {**members, **(changes or {})}.items() if data is not None}
        path = tmp_path / "release.zip"
        path.write_bytes(pack(changed, FOLDER))
        return path

    return write


def test_every_promise_that_needs_no_running_holds(release):
    proofs = prove.promises(quick=True)
    assert len(proofs) == 7
    assert {promise: proof(release()) for promise, proof in proofs.items()} == {key: [] for key in proofs}


# ---- leaks ----


def found_in(members, name, planted):
    """The leaks of one member with some text at its end."""
    found = leaks({name: members[name] + planted.encode()})
    return [leak for leak in found if leak.startswith(f"{name} holds ")]


def commented(line):
    return f"# {line}\n"


def wrapped(line):
    return line.replace("(", "(\n        ", 1).replace(",", ",\n        ") + "\n"


def in_a_docstring(line):
    return f'"""A note.\n\n    {line}\n"""\n'


def escaped(line):
    return "NOTE = '" + "".join(rf"\u{ord(c):04x}" for c in line) + "'\n"


def full_width(line):
    return "# " + "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in line) + "\n"


def interspersed(line):
    return "# " + "\u200b".join(line) + "\n"


def after_a_semicolon(line):
    return f"x = 1; {line}  # hm\n"


WAYS = (
    commented,
    wrapped,
    in_a_docstring,
    escaped,
    full_width,
    interspersed,
    after_a_semicolon,
)


@pytest.mark.parametrize("way", WAYS)
def test_a_line_of_an_answer_is_found_however_it_is_written(way, members):
    found = found_in(members, "cs231n/plots.py", way(LINE))
    assert [leak for leak in found if leak.startswith("cs231n/plots.py holds a line of ")], found


def in_source(book):
    book.cells[1].source += f"\n\nHint: `{LINE}`"


def in_output(book):
    cell = next(cell for cell in book.cells if cell.get("outputs"))
    cell.outputs[0].text += LINE


def in_cell_metadata(book):
    book.cells[2].metadata["note"] = LINE


def in_notebook_metadata(book):
    book.metadata["solution"] = {"old": [LINE]}


@pytest.mark.parametrize("place", [in_source, in_output, in_cell_metadata, in_notebook_metadata])
def test_a_line_of_an_answer_is_found_wherever_a_notebook_holds_it(place, members):
    book = nbformat.reads(members[BOOK].decode(), as_version=4)
    place(book)
    found = leaks({BOOK: nbformat.writes(book).encode()})
    assert [leak for leak in found if leak.startswith(f"{BOOK} holds a line of ")], found


@pytest.mark.parametrize("task", [task.id for task in code_tasks()])
def test_a_task_that_was_left_filled_is_found(task, members, release):
    module = next(t for t in code_tasks() if t.id == task)
    body = fillins(task)["reference"].body
    filled = splice(members[module.module].decode(), module.block, body).encode()
    path = release({module.module: filled})
    assert prove.every_task_is_unfilled(path) == [f"the block of {task} holds more than its raise line"]
    if task != "train":  # three lines that stand in every training loop, and a call
        assert any(leak.startswith(module.module) for leak in leaks({module.module: filled}))


def renamed(code):
    """The code with another name for each variable, argument and function of its own."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for field in {ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name"}.get(type(node), "").split():
            setattr(node, field, f"a_{getattr(node, field)[::-1]}")
    return ast.unparse(tree)


@pytest.mark.parametrize("task", ["simclr_loss_vectorized", "make_fooling_image", "simclr_loss_naive"])
def test_an_answer_whose_variables_have_other_names_is_found(task, members):
    for fillin in fillins(task).values():
        if fillin.kind != "wrong":
            body = renamed(fillin.body)
            planted = "def helper(a):\n" + textwrap.indent(body, "    ") + "\n"
            found = found_in(members, "cs231n/budget.py", planted)
            assert any(f"under other names, of instructor/fillins/{task}/" in leak for leak in found)


@pytest.mark.parametrize("what", ["a line", "a sentence", "the name", "a comment"])
def test_each_kind_of_secret_is_known_and_found(what, members):
    secret = next(secret for secret in secrets() if secret.what == what)
    found = leaks(
        {**members, "cs231n/budget.py": members["cs231n/budget.py"] + f"# {secret.text}\n".encode()}
    )
    assert found == [f"cs231n/budget.py holds {what} of {secret.source}: {secret.text}"]


def test_every_fill_in_and_every_hidden_check_gives_secrets():
    sources = {secret.source for secret in secrets()}
    for task in code_tasks():
        for name in fillins(task.id):
            if name == "reference" or name.startswith("correct"):
                lines = [line for line in fillins(task.id)[name].body.splitlines() if len(line) > 40]
                assert not lines or any(task.id in source for source in sources)
    assert sum("instructor/checks" in source for source in sources) > 8


def test_a_line_that_is_allowed_in_one_file_is_a_leak_in_another(members):
    assert len(found_in(members, "cs231n/budget.py", "\n# some views are upside down\n")) == 1


def test_a_line_that_is_allowed_without_need_is_a_fault(members, tmp_path):
    given = tmp_path / "given_lines.txt"
    given.write_text(
        "\n".join(
            [
                *LIST.with_name("given_lines.txt").read_text().splitlines(),
                "cs231n/plots.py: a = b @ c",
            ]
        )
    )
    assert leaks(members, given) == ["given_lines.txt allows what is no leak: cs231n/plots.py: a = b @ c "]


# ---- the list ----


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("cs231n/*.py", "not the plain name"),
        ("../secret", "not the plain name"),
        ("/etc/passwd", "not the plain name"),
        ("instructor/tasks.toml", "nothing of instructor/"),
        ("Makefile\nMakefile", "listed twice"),
    ],
)
def test_a_line_of_the_list_that_names_no_one_file_is_refused(line, sentence, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(line)
    with pytest.raises(ListError, match=sentence):
        student_files(path)


def test_files_that_are_missing_links_or_no_text_are_all_named(tmp_path):
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(ListError) as error:
        contents({name: name for name in ("gone", "picture", "link")}, tmp_path)
    assert all(name in str(error.value) for name in ("gone is", "picture is", "link is"))


def test_a_new_file_that_nobody_listed_is_named(tmp_path):
    for name in ("cs231n/new.py", "cs231n/__pycache__/new.pyc", "datasets/data.npz", "notebooks/a.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert unlisted({}, tmp_path) == ["cs231n/new.py", "notebooks/a.ipynb"]


def test_a_member_too_many_and_one_too_few_are_named(release):
    path = release({"cs231n/extra.py": b"", "Makefile": None})
    assert prove.members_equal_the_list(path) == [
        "Makefile is listed and not in the zip",
        "cs231n/extra.py is in the zip and not listed",
    ]


# ---- the zip ----


def test_stored_outputs_and_metadata_are_faults(members, release):
    book = nbformat.reads(members[BOOK].decode(), as_version=4)
    book.metadata["widgets"] = {}
    check, plain = (
        next(c for c in book.cells if c.cell_type == "code" and bool(c.outputs) == o) for o in (1, 0)
    )
    check.outputs[0].text = "0.43"
    plain.outputs = [nbformat.v4.new_output("stream", text="7")]
    found = prove.outputs_are_verdicts(release({BOOK: nbformat.writes(book).encode()}))
    for words in ("its metadata", "keeps another output than 'passed'", "is no check cell"):
        assert any(words in fault for fault in found)


def test_the_zip_has_one_folder_and_its_scripts_can_be_run(tmp_path, members):
    path = tmp_path / "a.zip"
    path.write_bytes(student_zip())
    assert unpack(path) == members
    with zipfile.ZipFile(path) as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert all(name.startswith(f"{FOLDER}/") for name in modes)
    assert {oct(mode) for name, mode in modes.items() if name.endswith(".sh")} == {"0o100755"}


def test_a_zip_of_something_else_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "a.zip"
    for data in (b"no zip", pack({"a": b""}, "other")):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"no release|can't be read"):
            unpack(path)


def test_a_faulty_release_is_not_left_in_dist(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "RELEASE", tmp_path / "dist" / "release.zip")
    monkeypatch.setattr(command, "DIST", tmp_path / "dist")
    monkeypatch.setattr(
        "instructor.release.prove.promises", lambda quick: {"it is good": lambda path: ["it is not"]}
    )
    options = command.argparse.Namespace(quick=True, update_from=None)
    assert command.run(options) == 1
    assert not (tmp_path / "dist" / "release.zip").exists()
    said = capsys.readouterr()
    assert "FAULT  it is good" in said.out
    assert "it is not" in said.out
    monkeypatch.setattr("instructor.release.prove.promises", lambda quick: {"it is good": lambda path: []})
    assert command.run(options) == 0
    assert not (tmp_path / "dist" / "release.zip").exists()
    assert unpack(tmp_path / "dist" / "release-unproven.zip")
    options.quick = False
    assert command.run(options) == 0
    first = (tmp_path / "dist" / "release.zip").read_bytes()
    assert command.run(options) == 0
    kept = [path for path in (tmp_path / "dist").glob("release-????????.zip") if "unp" not in path.name]
    assert [path.read_bytes() for path in kept] == [first]


def test_the_public_table_in_the_zip_names_no_hidden_aspect(members):
    table = json.loads(members["cs231n/tasks.json"])
    known = {"title", "goal", "minutes", "points", "bonus", "file", "block", "hint", "formula"}
    assert all(set(entry) <= known for entry in table["tasks"].values())
    assert set(table) == {"tasks", "packed", "notebooks", "imports", "given"}


def test_the_zip_holds_all_that_the_table_of_tasks_names_and_the_packer(members):
    translated = [name for names in translations().values() for name in names.values()]
    packer = ["collect_submission.sh", "cs231n/submit.py", "cs231n/blocks.py", "cs231n/tasks.json"]
    assert {*todo_modules(), *notebooks(), *translated, *packer} <= set(members)
    books = {name for name in members if name.endswith(".ipynb")}
    assert books == {*notebooks(), *translated}


def test_nothing_of_the_experiments_is_in_the_zip(members):
    own = {path.stem for path in (ROOT / "experiments").rglob("*.py")} - {"__init__"}
    assert own >= {"loss", "precision", "tuning"}
    assert not own & {Path(name).stem for name in members}


def test_blocks_in_the_zip_are_those_of_the_tasks(members):
    for task in code_tasks():
        assert task.id in block_source(members[task.module].decode(), task.block)


def test_every_file_bears_one_date_of_this_century():
    with zipfile.ZipFile(io.BytesIO(pack({"a.py": b"1", "b.py": b"2"}))) as archive:
        dates = {member.date_time for member in archive.infolist()}
    assert len(dates) == 1
    assert dates.pop()[0] >= 2020
