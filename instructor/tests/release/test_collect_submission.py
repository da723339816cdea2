"""collect_submission.sh: what it packs is what is graded; anything else is refused with the reason."""

import ast
import contextlib
import hashlib
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from cs231n import submit
from cs231n.blocks import END, START
from instructor.core.composition import compose, fillins, splice
from instructor.core.public_tasks import IMPORTS
from instructor.core.tasks import ROOT, code_tasks, notebooks, todo_modules, translations
from instructor.grading.sources import FILE_BYTES

SCRIPT = "collect_submission.sh"
PACKER = [
    f"cs231n/{name}"
    for name in ("__init__.py", "answer_cells.py", "blocks.py", "portable.py", "submit.py", "tasks.json")
]
NOTEBOOK = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})


@pytest.fixture
def checkout(tmp_path):
    """A student's folder, with a space in its path, nothing started."""
    root = tmp_path / "my work"
    for name in (*todo_modules(), *PACKER):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name in notebooks():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(NOTEBOOK)
    shutil.copy(ROOT / SCRIPT, root)
    return root


def collect(checkout, *words):
    """What the packer says and returns, called in the student's folder."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(checkout), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = submit.main(words, checkout)
    return SimpleNamespace(returncode=status, stdout=out.getvalue(), stderr=err.getvalue())


def collect_in_shell(checkout, *words, cwd=None, **environment):
    """The same by the script, as students call it."""
    settings = {**os.environ, "PYTHON": sys.executable, **environment}
    command = ["bash", str(checkout / SCRIPT), *words]
    return subprocess.run(command, cwd=cwd or checkout, env=settings, capture_output=True, text=True)


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def assert_refused(result, checkout, *words):
    assert result.returncode == 1
    assert "nothing was packed" in result.stderr
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert not list(checkout.glob("submission.zip*"))


def test_the_zip_holds_the_todo_modules_the_notebooks_and_a_manifest_of_them(checkout):
    result = collect_in_shell(checkout)
    assert (result.returncode, result.stderr) == (0, "")
    expected = [*todo_modules(), *notebooks()]
    with zipfile.ZipFile(checkout / "submission.zip") as archive:
        assert archive.namelist() == [*expected, "MANIFEST.sha256"]
        assert all(archive.read(name) == (checkout / name).read_bytes() for name in expected)
        manifest = archive.read("MANIFEST.sha256").decode()
    digests = [hashlib.sha256((checkout / name).read_bytes()).hexdigest() for name in expected]
    assert manifest.splitlines() == [f"{d}  {name}" for d, name in zip(digests, expected, strict=True)]
    assert all(name in result.stdout for name in expected)


def answers(*texts):
    """A notebook with a question and an answer cell for each text."""
    cells = []
    for number, text in enumerate(texts, start=1):
        cells.append({"cell_type": "markdown", "metadata": {}, "source": [f"**Question {number}.** Why?"]})
        cells.append({"cell_type": "markdown", "metadata": {"tags": ["answer"]}, "source": text})
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def test_questions_without_an_answer_are_named_and_packed_all_the_same(checkout):
    first, second = (checkout / name for name in notebooks())
    placeholder = ["**Your answer:** ", "*double-click here and write over this line.*"]
    first.write_text(answers(placeholder, "Because.", "", " \n", "**Your answer:**", "**Your answer:** 42"))
    second.write_text(answers("Yes.", ["No, ", "never."]))
    result = collect(checkout)
    assert (result.returncode, result.stderr) == (0, "")
    named = "Question 1, Question 3, Question 4, Question 5"
    assert f"Without an answer in {notebooks()[0]}: {named}. Did you save it" in result.stdout
    assert f"Without an answer in {notebooks()[1]}" not in result.stdout
    assert (checkout / "submission.zip").exists()


def test_the_notebooks_as_they_are_handed_out_have_no_answer_to_any_question(checkout):
    for name in notebooks():
        shutil.copy(ROOT / name, checkout / name)
    out = collect(checkout).stdout
    for name in notebooks():
        questions = re.findall(r"\*\*(Question \d+)\.\*\*", (ROOT / name).read_text(encoding="utf-8"))
        assert len(questions) > 3
        assert f"Without an answer in {name}: {', '.join(questions)}." in out


@pytest.mark.parametrize("cell", [{"source": 3}, {"source": [1]}, {"source": "", "metadata": {"tags": 5}}])
def test_odd_cells_do_not_stop_the_packing(checkout, cell):
    book = {"nbformat": 4, "cells": [{"cell_type": "markdown", **cell}]}
    (checkout / notebooks()[0]).write_text(json.dumps(book))
    result = collect(checkout)
    assert (result.returncode, result.stderr) == (0, "")


def test_tasks_that_are_not_started_are_listed_and_packed_all_the_same(checkout):
    tasks = [task for module in todo_modules() for task in code_tasks() if task.module == module]
    everything = ", ".join(task.id for task in tasks)
    assert f"Not started yet ({len(tasks)} of {len(tasks)} tasks): {everything}\n" in collect(checkout).stdout
    call = 'raise TaskNotStarted("train")'
    edit(checkout / "cs231n/simclr/utils.py", call, f"# {call}")
    others = everything.replace(", train,", ",")
    assert f"Not started yet ({len(tasks) - 1} of {len(tasks)} tasks): {others}\n" in collect(checkout).stdout


def test_every_fill_in_can_be_packed(checkout):
    for task in code_tasks():
        pristine = (ROOT / task.module).read_text(encoding="utf-8")
        for name, fillin in fillins(task.id).items():
            (checkout / task.module).write_text(splice(pristine, task.block, fillin.body), encoding="utf-8")
            assert collect(checkout).returncode == 0, f"{task.id} {name}"
        (checkout / task.module).write_text(pristine, encoding="utf-8")


def test_the_reference_is_wholly_started(checkout, tmp_path):
    compose(tmp_path / "filled", {task.id: "reference" for task in code_tasks()})
    shutil.copytree(tmp_path / "filled" / "cs231n", checkout / "cs231n", dirs_exist_ok=True)
    result = collect(checkout)
    assert result.returncode == 0
    assert "Not started" not in result.stdout
    assert "Warning" not in result.stdout


@pytest.mark.parametrize("marker", [START, END])
@pytest.mark.parametrize("task", code_tasks(), ids=lambda task: task.id)
def test_a_deleted_marker_is_refused_by_the_name_of_its_file(checkout, task, marker):
    path = checkout / task.module
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    in_module = [other.block for other in code_tasks() if other.module == task.module]
    nth = [number for number, line in enumerate(lines) if line.strip() == marker][in_module.index(task.block)]
    path.write_text("".join(lines[:nth] + lines[nth + 1 :]), encoding="utf-8")
    assert_refused(collect(checkout), checkout, task.module)


def test_markers_moved_to_another_function_are_refused(checkout):
    path = checkout / "cs231n/simclr/utils.py"
    start, raising, end = f"    {START}\n", '    raise TaskNotStarted("train")  # replace', f"    {END}\n"
    edit(path, start, "")
    edit(path, end, "")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef helper():\n{start}    return 1\n{end}")
    result = collect(checkout)
    assert raising in path.read_text(encoding="utf-8")
    assert_refused(result, checkout, "utils.py lacks", "of train", "in helper, where none belong")


def test_a_start_and_an_end_in_different_functions_are_refused(checkout):
    path = checkout / "cs231n/simclr/contrastive_loss.py"
    edit(path, f"    {END}\n", "")
    assert_refused(collect(checkout), checkout, "contrastive_loss.py", "without an END in its function")


def test_a_changed_marker_line_is_refused(checkout):
    edit(checkout / "cs231n/simclr/utils.py", "START OF YOUR CODE (DO NOT", "START OF MY CODE (DO NOT")
    assert_refused(collect(checkout), checkout, "cs231n/simclr/utils.py")


def test_helpers_imports_and_other_indents_of_the_end_are_the_students_own_affair(checkout):
    path = checkout / "cs231n/simclr/data_utils.py"
    edit(path, "import random\n", "import random\nimport math\n\n\ndef helper(x):\n    return x\n\n")
    edit(
        path, "    raise TaskNotStarted(", "    def inner(x):\n        return x\n\n    raise TaskNotStarted("
    )
    edit(path, f"    {END}", END)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert collect(checkout).returncode == 0


def test_a_docstring_that_speaks_of_classes_does_not_move_a_block(checkout):
    path = checkout / "cs231n/simclr/utils.py"
    edit(path, f"    {START}\n", f'    """\n    class scores of\n    def by hand\n    """\n    {START}\n')
    assert collect(checkout).returncode == 0


def test_a_module_that_does_not_parse_is_packed_with_a_warning(checkout):
    edit(checkout / "cs231n/simclr/utils.py", "def train(", "def train((")
    result = collect(checkout)
    assert result.returncode == 0
    assert re.search(r"Warning: cs231n/simclr/utils\.py is not valid Python \(line \d+\)", result.stdout)


@pytest.mark.parametrize("name", [*todo_modules(), *notebooks()])
def test_a_missing_file_is_named(checkout, name):
    (checkout / name).unlink()
    assert_refused(collect(checkout), checkout, f"{name} is missing")


def test_everything_that_is_wrong_is_said_at_once(checkout):
    (checkout / todo_modules()[0]).unlink()
    (checkout / todo_modules()[0]).mkdir()
    (checkout / notebooks()[0]).unlink()
    assert_refused(
        collect(checkout), checkout, f"{todo_modules()[0]} can't be read", f"{notebooks()[0]} is missing"
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<<<<<<< HEAD\n" + NOTEBOOK,
        NOTEBOOK[:-1],
        "[]",
        "{}",
        '{"nbformat": 4}',
        '{"cells": []}',
        "\x00",
        "[" * 9999,
        NOTEBOOK.replace("[]", "[1]"),
        NOTEBOOK.replace("[]", '[{"cell_type": "code"}]'),
    ],
)
def test_a_damaged_notebook_is_refused(checkout, content):
    (checkout / notebooks()[1]).write_text(content)
    assert_refused(collect(checkout), checkout, f"{notebooks()[1]} is not a valid notebook")


@pytest.mark.parametrize("name", [todo_modules()[1], notebooks()[0]])
def test_a_file_that_the_grader_would_not_read_is_refused(checkout, name):
    largest = FILE_BYTES[Path(name).suffix]
    content = (checkout / name).read_bytes()
    (checkout / name).write_bytes(content + b" " * (largest - len(content)))
    assert collect(checkout, "fits.zip").returncode == 0
    with (checkout / name).open("ab") as file:
        file.write(b"\n")
    assert_refused(collect(checkout), checkout, f"{name} is larger than {largest >> 10:,} KiB")


def test_an_older_zip_is_kept_and_an_equal_one_is_left_alone(checkout):
    collect(checkout)
    first = (checkout / "submission.zip").read_bytes()
    assert "is up to date" in collect(checkout).stdout
    contents = []
    for number in (1, 2):
        edit(checkout / "cs231n/simclr/utils.py", "def train(", f"# change {number}\ndef train(")
        result = collect(checkout)
        assert f"the older one is now submission.zip.bak-{number}" in result.stdout
        contents.append((checkout / "submission.zip").read_bytes())
    assert (checkout / "submission.zip.bak-1").read_bytes() == first
    assert (checkout / "submission.zip.bak-2").read_bytes() == contents[0]
    assert sorted(path.name for path in checkout.iterdir() if path.is_file()) == [
        SCRIPT,
        "submission.zip",
        "submission.zip.bak-1",
        "submission.zip.bak-2",
    ]


def test_it_runs_from_any_folder_and_a_name_is_relative_to_that_folder(checkout, tmp_path):
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (elsewhere / "json.py").write_text("raise SystemExit('the wrong json')")
    (checkout / "json.py").write_text("raise SystemExit('the wrong json')")
    (checkout / "cs231n/json.py").write_text("raise SystemExit('the wrong json')")
    assert collect_in_shell(checkout, cwd=elsewhere).returncode == 0
    assert collect_in_shell(checkout, "mine, v2.zip", cwd=elsewhere, PYTHONPATH=".").returncode == 0
    assert (checkout / "submission.zip").read_bytes() == (elsewhere / "mine, v2.zip").read_bytes()


@pytest.mark.parametrize("words", [[notebooks()[0]], ["a.zip", "b.zip"], ["no/where.zip"]])
def test_a_name_that_cannot_be_meant_is_refused(checkout, words):
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    assert_refused(collect_in_shell(checkout, *words), checkout)
    assert before == {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}


def test_no_python_is_said_plainly(checkout, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname"):
        (tools / tool).symlink_to(shutil.which(tool))
    result = collect_in_shell(checkout, PATH=str(tools), PYTHON="", VIRTUAL_ENV="")
    assert result.returncode == 1
    assert "no Python 3.9 or newer was found" in result.stderr


SHIPPED = ["collect_submission.sh", "setup_environment.sh", "datasets/get_datasets.sh"]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scripts_keep_to_the_bash_of_macos(name):
    newer = r"declare -[Agn]|mapfile|readarray|\$\{\w+(,|\^|@|\[-)|\|&|&>>|coproc|\$EPOCH|readlink -f|sed -i"
    assert not re.search(newer, (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
@pytest.mark.parametrize("name", [*SHIPPED, "instructor/system_packages.sh", ".ci/run"])
def test_shell_scripts_are_shellcheck_clean(name):
    result = subprocess.run(["shellcheck", str(Path(ROOT, name))], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


# ---- in another language ----


def answer(path, *texts):
    """A notebook with a question and an answer cell for each text."""
    cells = []
    for number, text in enumerate(texts, 1):
        cells.append({"cell_type": "markdown", "metadata": {}, "source": [f"**问题 {number}.** 为什么？"]})
        cells.append({"cell_type": "markdown", "metadata": {"tags": ["answer"]}, "source": [text]})
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps({**json.loads(NOTEBOOK), "cells": cells}, ensure_ascii=False), encoding="utf-8"
    )
    return path.read_bytes()


EMPTY, EMPTY_ZH = (
    "**Your answer:** *double-click here and write over this line.*",
    "**你的回答：** *双击这里，用你的回答替换这一行。*",
)


def test_the_notebook_with_more_answers_is_packed_whatever_its_language(checkout):
    translated = translations()["zh"][notebooks()[0]]
    english, chinese = checkout / notebooks()[0], checkout / translated
    first = answer(english, EMPTY, EMPTY)
    second = answer(chinese, "因为梯度。", EMPTY_ZH)
    result = collect(checkout)
    with zipfile.ZipFile(checkout / "submission.zip") as archive:
        assert archive.read(notebooks()[0]) == second
    assert f"{notebooks()[0]} is your {translated}" in result.stdout
    assert f"Without an answer in {translated}: Question 2." in result.stdout
    assert "holds answers too" not in result.stdout
    first = answer(english, "Because.", "So.")
    result = collect(checkout)
    with zipfile.ZipFile(checkout / "submission.zip") as archive:
        assert archive.read(notebooks()[0]) == first
    assert f"Warning: {translated} holds answers too, and only" in result.stdout


def test_untouched_notebooks_in_two_languages_are_the_english_ones(checkout):
    first = answer(checkout / notebooks()[0], EMPTY)
    answer(checkout / translations()["zh"][notebooks()[0]], EMPTY_ZH)
    result = collect(checkout)
    assert "is your" not in result.stdout
    with zipfile.ZipFile(checkout / "submission.zip") as archive:
        assert archive.read(notebooks()[0]) == first


def test_the_empty_answers_of_both_languages_are_known(checkout):
    name = notebooks()[0]
    for kept in (name, *(names[name] for names in translations().values())):
        shutil.copy(ROOT / kept, checkout / name)
        assert f"Without an answer in {name}: Question 1, Question 2," in collect(checkout).stdout


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"tasks": {}}', '{"tasks": 1, "packed": [], "notebooks": {}}']
)
def test_without_its_table_of_tasks_nothing_is_packed(checkout, text):
    (checkout / "cs231n/tasks.json").write_text(text)
    assert_refused(collect(checkout), checkout, "cs231n/tasks.json is missing or damaged")


def test_a_missing_table_or_module_of_the_packer_is_said_plainly(checkout):
    (checkout / "cs231n/tasks.json").unlink()
    assert_refused(collect_in_shell(checkout), checkout, "cs231n/tasks.json is missing or damaged")
    (checkout / "cs231n/blocks.py").write_text("def (")
    assert_refused(collect_in_shell(checkout), checkout, "cs231n/ is not complete, or damaged")
    (checkout / "cs231n/submit.py").unlink()
    assert_refused(collect_in_shell(checkout), checkout, "No module named 'cs231n.submit'")


# ---- other notebooks than those of today ----


def table_with(checkout, **notebooks):
    """Write a table with these notebooks: their languages by their name without folder and ending."""
    path = checkout / "cs231n/tasks.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    names = {
        f"notebooks/{name}.ipynb": {"title": name, "languages": words} for name, words in notebooks.items()
    }
    table |= {"packed": [*todo_modules(), *names], "notebooks": names}
    path.write_text(json.dumps(table), encoding="utf-8")
    return list(names)


def test_a_third_notebook_without_question_or_translation_is_packed(checkout):
    names = table_with(checkout, First=["zh"], Second=[], Third=["zh", "fr"])
    for name in names:
        (checkout / name).write_text(NOTEBOOK)
    result = collect(checkout)
    assert (result.returncode, result.stderr) == (0, "")
    assert "Without an answer" not in result.stdout
    with zipfile.ZipFile(checkout / "submission.zip") as archive:
        assert archive.namelist() == [*todo_modules(), *names, "MANIFEST.sha256"]


def test_a_notebook_that_the_table_does_not_translate_has_no_other_language(checkout):
    (name,) = table_with(checkout, Only=[])
    (checkout / name).write_text(answers(""))
    (checkout / "notebooks/zh").mkdir()
    (checkout / "notebooks/zh/Only.ipynb").write_text(answers("Yes."))
    result = collect(checkout)
    assert f"Without an answer in {name}: Question 1." in result.stdout
    assert "is your" not in result.stdout


def test_the_packer_needs_only_python_and_an_old_one():
    given = {"answer_cells", "blocks", "portable"}
    for path in [ROOT / name for name in PACKER if name.endswith(".py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
        assert {name.name for node in imports for name in node.names} <= sys.stdlib_module_names
        from_imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert {node.module for node in from_imports} <= sys.stdlib_module_names | given


# ---- what the grader lacks, and what help was used -------------------------------------------------------

LOSS = "cs231n/simclr/contrastive_loss.py"


def code(checkout, lines, file=LOSS):
    path = checkout / file
    path.write_text(lines + path.read_text(encoding="utf-8"), encoding="utf-8")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("import einops\n", "imports einops (line 1), which the grader lacks: docs/student.md says"),
        ("from sklearn.linear_model import Ridge\n", "imports sklearn (line 1)"),
        (
            "from .my_helpers import f\n",
            "imports cs231n.simclr.my_helpers (line 1), which is neither given nor",
        ),
        ("from . import mine\n", "imports cs231n.simclr.mine (line 1)"),
        ("import torch\ndef f(x):\n    return x.cuda()\n", "names the device .cuda() (line 3)"),
        ("import torch\nd = torch.device('mps')\n", 'names the device "mps" (line 2)'),
        ("def f(x):\n    return x.to('cuda:0')\n", 'names the device "cuda:0" (line 2)'),
        ("import torch\nx = torch.zeros(1, device='cuda')\n", 'names the device "cuda" (line 2)'),
    ],
)
def test_what_the_grader_lacks_is_said_and_packed_all_the_same(checkout, lines, said):
    code(checkout, lines)
    result = collect(checkout)
    assert result.returncode == 0
    assert f"Warning: {LOSS} {said}" in result.stdout


def test_what_the_grader_has_is_not_complained_of(checkout):
    code(
        checkout,
        "import math, json\nimport torch, numpy as np, scipy.stats, matplotlib.pyplot as plt, tqdm, timm\n"
        "from PIL import Image\nimport torchvision.transforms.v2\nfrom cs231n import image_utils\n"
        "from .model import Model\nfrom . import evaluation\nfrom ..todo import TaskNotStarted\n"
        'place = torch.device("cuda" if torch.cuda.is_available() else "cpu")\nsays = "cuda"\n',
    )
    assert "lacks" not in collect(checkout).stdout


def test_what_may_be_imported_is_installed_and_on_the_students_page():
    page = (ROOT / "docs" / "student.md").read_text(encoding="utf-8")
    section = page.partition("## What may be imported")[2].partition("\n## ")[0]
    for name in IMPORTS:
        assert f"`{name}`" in section
        assert find_spec(name)


def test_the_files_as_given_are_portable(checkout):
    assert "Warning" not in collect(checkout).stdout


def packed_help(checkout):
    with zipfile.ZipFile(checkout / "submission.zip") as archive:
        return archive.read(submit.HELP_USED).decode() if submit.HELP_USED in archive.namelist() else None


def test_help_that_was_used_is_declared_by_an_option_and_kept(checkout):
    assert "Nothing is said of help used" in collect(checkout).stdout
    assert packed_help(checkout) is None
    assert collect(checkout, "--help-used", "Bo explained\n broadcasting").returncode == 0
    assert packed_help(checkout) == "Bo explained broadcasting\n"
    assert "as you say in help_used.txt: Bo explained broadcasting" in collect(checkout, "other.zip").stdout
    assert collect(checkout, "--help-used=none").returncode == 0
    assert packed_help(checkout) == "none\n"
    manifest = zipfile.ZipFile(checkout / "submission.zip").read("MANIFEST.sha256").decode()
    assert submit.HELP_USED in manifest
    refused = collect(checkout, "--help-used")
    assert (refused.returncode, "followed by a text" in refused.stderr) == (1, True)


def in_a_terminal(checkout, typed, **environment):
    """Run the script on a terminal of its own, type, and return what stands there."""
    master, slave = pty.openpty()
    settings = {**os.environ, "PYTHON": sys.executable, **environment}
    settings = {name: value for name, value in settings.items() if value}
    process = subprocess.Popen(
        ["bash", str(checkout / SCRIPT)], stdin=slave, stdout=slave, stderr=slave, cwd=checkout, env=settings
    )
    os.close(slave)
    os.write(master, typed.encode())
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is gone
        while data := os.read(master, 4096):
            shown += data
    os.close(master)
    assert process.wait(60) == 0
    return shown.decode()


def test_in_a_terminal_it_is_asked_for_and_in_ci_nothing_waits(checkout):
    shown = in_a_terminal(checkout, "a tutor\n", CI="")
    assert "Which help did you use" in shown
    assert packed_help(checkout) == "a tutor\n"
    assert "Enter keeps: a tutor" in in_a_terminal(checkout, "\n", CI="")
    assert packed_help(checkout) == "a tutor\n"
    assert "Which help" not in in_a_terminal(checkout, "", CI="true")
    (checkout / "help_used.txt").unlink()
    assert "Which help" not in collect_in_shell(checkout).stdout  # no terminal
    master, slave = pty.openpty()  # one that nobody reads: what is printed goes elsewhere
    command = ["bash", str(checkout / SCRIPT)]
    settings = {name: value for name, value in os.environ.items() if name != "CI"}
    ran = subprocess.run(command, stdin=slave, capture_output=True, env=settings, text=True, timeout=60)
    os.close(master), os.close(slave)
    assert (ran.returncode, "Which help" in ran.stdout) == (0, False)
    in_a_terminal(checkout, "\n", CI="")
    assert packed_help(checkout) == "none\n"


def test_what_is_packed_bears_one_date_of_this_century(checkout):
    assert collect(checkout).returncode == 0
    with zipfile.ZipFile(checkout / "submission.zip") as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {2026}
