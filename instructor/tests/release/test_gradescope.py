"""The Gradescope bundle: its scripts, run in a folder laid out as Gradescope lays it out."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from instructor.__main__ import main
from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks, todo_modules


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """A folder as /autograder is while a submission is graded."""
    root = tmp_path_factory.mktemp("autograder")
    bundle = root / "bundle.zip"
    assert (
        main(["gradescope", str(bundle), "--notebooks", "none", "--tasks", "sim,compute_saliency_maps"]) == 0
    )
    shutil.unpack_archive(bundle, root / "source")
    with zipfile.ZipFile(bundle) as archive:
        for member in archive.infolist():
            os.chmod(root / "source" / member.filename, member.external_attr >> 16 & 0o777)
    shutil.copy(root / "source" / "run_autograder", root)
    for name in ("submission", "results"):
        (root / name).mkdir()
    return root


def grade(autograder):
    shutil.rmtree(autograder / "results")
    environment = {**os.environ, "AUTOGRADER": str(autograder), "VENV": sys.prefix}
    environment["CS231N_DATA"] = str(ROOT / "datasets")
    ran = subprocess.run(
        [autograder / "run_autograder"], env=environment, capture_output=True, text=True, timeout=300
    )
    return json.loads((autograder / "results" / "results.json").read_text()), ran


def test_the_bundle_holds_what_grading_needs_and_no_more(autograder):
    with zipfile.ZipFile(autograder / "bundle.zip") as archive:
        names = set(archive.namelist())
    assert {"setup.sh", "instructor/tasks.toml", "instructor/requirements.txt", *todo_modules()} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("instructor/tests")]
    assert os.access(autograder / "source" / "setup.sh", os.X_OK)


def test_the_same_kit_gives_the_same_bundle(tmp_path):
    for name in "ab":
        assert main(["gradescope", str(tmp_path / name)]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_setup_says_nothing_to_do_where_all_is_there(autograder, tmp_path):
    source = autograder / "source"
    environment = {**os.environ, "VENV": str(tmp_path / "venv"), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
    version = "Python {} {}\n".format(*sys.version_info[:2])
    wanted = [(source / name).read_text() for name in ("requirements.txt", "instructor/requirements.txt")]
    (tmp_path / "venv" / ".complete").write_text(version + "".join(wanted))
    for name in ("datasets/get_datasets.sh",):
        (source / name).write_text('echo "data: $*" with "$PYTHON"\n')
    ran = subprocess.run(
        ["bash", source / "setup.sh"], env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == f"data: --quiet embedded with {tmp_path}/venv/bin/python"


def test_a_submission_becomes_results_json(autograder):
    inner = autograder / "submission" / "homework"  # students zip a folder as often as its contents
    compose(inner, {task.id: "reference" for task in code_tasks()})
    results, ran = grade(autograder)
    assert results["score"] == 19, ran.stdout + ran.stderr
    assert "leaderboard" not in results  # even an empty one might turn it on
    assert results["score"] == sum(test["score"] for test in results["tests"])
    assert all({"name", "score", "max_score", "visibility"} <= set(test) for test in results["tests"])


def test_a_submission_without_the_files_is_a_result_with_a_sentence(autograder):
    shutil.rmtree(autograder / "submission")
    (autograder / "submission").mkdir()
    results, _ = grade(autograder)
    assert results["score"] == 0
    assert "is empty" in results["output"]


def test_a_grader_that_breaks_still_leaves_a_result(autograder):
    broken = autograder / "source" / "instructor" / "tasks.toml"
    text = broken.read_text()
    broken.write_text("[")
    try:
        results, _ = grade(autograder)
    finally:
        broken.write_text(text)
    assert results["score"] == 0
    assert "not your fault" in results["output"]


def test_the_scripts_are_sound_shell():
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck here")
    folder = Path(ROOT / "instructor" / "gradescope")
    subprocess.run(["shellcheck", folder / "setup.sh", folder / "run_autograder"], check=True)
