"""Every command in the docs is run, in a fresh folder, in the order of its page.

A code block is preceded by a comment that no reader sees:

    <!-- run -->               it is run as it stands
    <!-- run: slow -->         as it stands, by make test-docs only (some minutes)
    <!-- instead: COMMAND -->  this is run, because it is cheaper or works here
    <!-- elsewhere: WHERE -->  another system's; only its form is looked at
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from instructor.core.tasks import ROOT
from instructor.release.student_zip import FOLDER, contents, pack, student_files
from instructor.release.update.making import update_zip
from instructor.release.walkthrough import settings, share_environment

STUDENT, CHECKOUT = ("docs/student.md",), ("docs/instructor.md", "docs/ci.md", "README.md")
PAGES = (*STUDENT, *CHECKOUT)
BLOCK = re.compile(
    r"^(?:<!-- (?P<how>run: slow|run|instead|elsewhere)(?:: (?P<what>.+?))? -->\n)?```(?P<language>\w*)\n"
    r"(?P<code>.*?)^```$",
    flags=re.DOTALL | re.MULTILINE,
)
COMMANDS = ("sh", "powershell", "python")
SLOW = bool(os.environ.get("DOCS_TESTS"))


def blocks(page):
    """(how, what, language, code) of each block of commands of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [match.groups() for match in BLOCK.finditer(text)]
    assert len(found) * 2 == len(re.findall(r"^```", text, flags=re.MULTILINE))
    return [block for block in found if block[2] in COMMANDS or block[0]]


def commands(page):
    """The shell commands to run for a page, with the line to name when one fails."""
    for how, what, _, code in blocks(page):
        if how == "instead":
            yield code, what
        elif how == "run" or (how == "run: slow" and SLOW):
            yield code, code


@pytest.fixture(scope="module")
def members():
    return contents(student_files())


@pytest.fixture
def folder(tmp_path, members, request):
    """A fresh folder for a page: the unpacked release or a copy of the checkout, with what it names."""
    page = request.node.callspec.params["page"]
    release = pack(members, FOLDER)
    if page in STUDENT:
        (tmp_path / f"{FOLDER}.zip").write_bytes(release)
        with zipfile.ZipFile(tmp_path / f"{FOLDER}.zip") as archive:
            archive.extractall(tmp_path)
        root = tmp_path / FOLDER
        later = {**members, "cs231n/budget.py": members["cs231n/budget.py"] + b"\n"}
        (root / f"{FOLDER}-update.zip").write_bytes(update_zip(members, later))
        share_environment(root / ".venv", root / "requirements.txt")
        return root
    root = tmp_path / "checkout"
    shutil.copytree(ROOT, root, ignore=_left_out, symlinks=True)
    share_environment(root / ".venv", root / "requirements.txt", root / "instructor" / "requirements.txt")
    older = {**members, "README.md": b"older\n"}
    (root / "old.zip").write_bytes(pack(older, FOLDER))
    reference = tmp_path / "reference"
    python = [sys.executable, "-m", "instructor", "compose", "--fill", "reference", str(reference)]
    subprocess.run(python, cwd=ROOT, check=True, capture_output=True)
    pack_it = ["bash", str(reference / "collect_submission.sh"), str(root / "submission.zip")]
    subprocess.run(pack_it, check=True, capture_output=True, env=settings(PYTHON=sys.executable))
    (root / "class").mkdir()
    for student in ("ada", "alan"):
        shutil.copy(root / "submission.zip", root / "class" / f"{student}.zip")
    return root


def _left_out(directory, names):
    """Of the checkout's entries, those that git ignores."""
    ignored = {".git", ".venv", ".venv-lowest", "__pycache__", ".hypothesis", ".ruff_cache", "node_modules"}
    top = {"results", "dist"} if Path(directory) == ROOT else set()
    data = set(names) - {n for n in names if n.endswith((".sh", ".py", ".txt", ".md"))}
    return (ignored | top | (data if Path(directory) == ROOT / "datasets" else set())) & set(names)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_works(page, folder, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    variables = settings(HOME=str(home), JUPYTER_DATA_DIR=str(home / "jupyter"), TMPDIR=str(home))
    for shown, command in commands(page):
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command.replace("/tmp/", f"{home}/")],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
        )
        said = (result.stdout + result.stderr)[-2000:]
        assert result.returncode == 0, f"{page}: {shown}ended with {result.returncode}:\n{said}"
        assert "Traceback" not in said, f"{page}: {shown}{said}"


@pytest.mark.parametrize("page", [*PAGES, "docs/design.md", "instructor/release/README.md"])
def test_every_block_of_commands_says_how_it_is_tried(page):
    for how, what, language, code in blocks(page):
        if page.endswith("release/README.md"):
            assert language == "sh"  # make release runs all of them, as they stand
            continue
        assert how, f"{page}: nothing is said of how to try\n{code}"
        assert (what is not None) == (how in ("instead", "elsewhere")), code
        if language == "sh":
            checked = subprocess.run(["bash", "-n"], input=code, capture_output=True, text=True, check=False)
            assert checked.stderr == ""


@pytest.mark.parametrize("page", [*PAGES, "docs/design.md", "CONTRIBUTING.md"])
def test_every_link_of_a_page_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith(("http:", "https:")):
            assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


def test_links_of_what_students_receive_lead_to_what_they_receive(members):
    for page in (name for name in members if name.endswith(".md")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", members[page].decode()):
            if not target.startswith(("http:", "https:")):
                assert os.path.normpath(f"{os.path.dirname(page)}/{target}".lstrip("/")) in members, target
