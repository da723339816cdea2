"""Line ends of Windows: a clone that git converts, and files that an editor saved so."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks, notebooks, todo_modules
from instructor.grading.intake import read_submission
from instructor.release.student_zip import student_files

SCRIPTS = [
    path
    for pattern in ("*.sh", "datasets/*.sh", "instructor/*.sh", "instructor/gradescope/*", ".ci/run")
    for path in ROOT.glob(pattern)
    if path.name != "Dockerfile"
]
git = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What git on Windows checks out by default, of the students' files and all scripts."""
    origin, clone = (tmp_path_factory.mktemp(name) for name in ("origin", "clone"))
    wanted = {Path(source) for source in student_files().values()}
    wanted |= {path.relative_to(ROOT) for path in (*SCRIPTS, ROOT / ".gitattributes", ROOT / "Makefile")}
    for name in wanted:
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, origin / name)
    identity = ["-c", "user.name=x", "-c", "user.email=x@x.edu", "-c", "init.defaultBranch=main"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *identity, *words], cwd=origin, check=True, capture_output=True)
    command = ["git", "clone", "-q", "-c", "core.autocrlf=true", str(origin), str(clone / "kit")]
    subprocess.run(command, check=True, capture_output=True)
    return clone / "kit"


@git
def test_a_clone_of_windows_has_the_line_ends_of_linux(clone):
    texts = [path for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts]
    assert len(texts) > 50
    assert [path for path in texts if path.suffix != ".png" and b"\r\n" in path.read_bytes()] == []


@git
def test_every_script_of_such_a_clone_is_sound(clone):
    assert len(SCRIPTS) >= 7
    for script in SCRIPTS:
        shell = "sh" if script.name == "run" else "bash"
        subprocess.run([shell, "-n", clone / script.relative_to(ROOT)], check=True)


@git
def test_such_a_clone_packs(clone):
    ran = subprocess.run(
        ["make", "submit"],
        cwd=clone,
        env={**os.environ, "PYTHON": sys.executable, "CI": "true"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (clone / "submission.zip").is_file()


def with_windows_line_ends(folder):
    for path in folder.rglob("*"):
        if path.suffix in (".py", ".ipynb", ".json", ".txt"):
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def test_files_saved_on_windows_are_packed_and_graded_as_the_same(tmp_path):
    for name in ("linux", "windows"):
        compose(tmp_path / name, {task.id: "reference" for task in code_tasks()})
        shutil.copytree(ROOT / "notebooks", tmp_path / name / "notebooks")
        shutil.copy(ROOT / "collect_submission.sh", tmp_path / name)
    (tmp_path / "windows" / "help_used.txt").write_bytes(b"a tutor\r\n")
    with_windows_line_ends(tmp_path / "windows")
    assert b"\r\n" in (tmp_path / "windows" / todo_modules()[0]).read_bytes()
    found = {}
    for name in ("linux", "windows"):
        ran = subprocess.run(
            ["bash", tmp_path / name / "collect_submission.sh"],
            env={**os.environ, "PYTHON": sys.executable, "CI": "true"},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        assert "Not started" not in ran.stdout
        assert "Warning" not in ran.stdout
        found[name] = read_submission(tmp_path / name / "submission.zip")
    assert found["windows"].modules == found["linux"].modules  # what is graded
    assert set(found["windows"].notebooks) == set(notebooks())
    assert found["windows"].remarks == []
    assert found["windows"].help_used == "a tutor"
