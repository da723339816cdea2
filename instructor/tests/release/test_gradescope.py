"""The Gradescope bundle: its scripts, run in a folder laid out as Gradescope lays it out."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from instructor.__main__ import main
from instructor.core.composition import compose
from instructor.core.result import Picture, Result, TaskResult
from instructor.core.tasks import ROOT, code_tasks, load_tasks, todo_modules
from instructor.grading.report.for_gradescope import (
    RECEIVED,
    Settings,
    gradescope_results,
    read_visibility,
    spent,
)
from instructor.release.gradescope_trial import lay_out, run_autograder


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """A folder as /autograder is while a submission is graded."""
    settings = Settings(notebooks="none", tasks=("sim", "compute_saliency_maps"))
    return lay_out(tmp_path_factory.mktemp("autograder"), settings)


def grade(autograder):
    shutil.rmtree(autograder / "results")
    return run_autograder(autograder)


def test_the_bundle_holds_what_grading_needs_and_no_more(autograder, tmp_path):
    assert main(["gradescope", str(tmp_path / "bundle.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        names = set(archive.namelist())
    assert {
        "setup.sh",
        "Dockerfile",
        "gradescope.json",
        "instructor/tasks.toml",
        "instructor/requirements.txt",
        *todo_modules(),
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("instructor/tests")]
    assert os.access(autograder / "source" / "setup.sh", os.X_OK)


def test_the_same_kit_gives_the_same_bundle(tmp_path):
    for name in ("a", "dist/b"):  # a folder that is not there yet
        assert main(["gradescope", str(tmp_path / name)]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "dist" / "b").read_bytes()


def settled(source, tmp_path):
    """An environment of setup.sh where all is there, and a PATH without any tool that installs."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
    version = "Python {} {}\n".format(*sys.version_info[:2])
    wanted = [(source / name).read_text() for name in ("requirements.txt", "instructor/requirements.txt")]
    (tmp_path / "venv" / ".complete").write_text(version + "".join(wanted))
    (source / "datasets" / "get_datasets.sh").write_text('echo "data: $*" with "$PYTHON"\n')
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("apt-get", "dnf", "yum", "sudo"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{tmp_path}/installed"\nexit 1\n')
        (tools / name).chmod(0o755)
    environment = {**os.environ, "VENV": str(tmp_path / "venv"), "NO_SYSTEM_PACKAGES": "1"}
    environment.pop("PYTHON", None)
    return environment | {"PATH": f"{tools}:{os.environ['PATH']}"}


def set_up(source, environment):
    return subprocess.run(
        ["bash", source / "setup.sh"], env=environment, capture_output=True, text=True, timeout=120
    )


def test_setup_says_nothing_to_do_where_all_is_there(autograder, tmp_path):
    ran = set_up(autograder / "source", settled(autograder / "source", tmp_path))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == f"data: --quiet embedded with {tmp_path}/venv/bin/python"
    assert not (tmp_path / "installed").exists()


def test_setup_tries_every_python_until_one_is_new_enough(autograder, tmp_path):
    environment = settled(autograder / "source", tmp_path)
    for name in (
        "python3",
        "python3.14",
        "python3.13",
    ):  # a system's own that is too old, two that are broken
        (tmp_path / "tools" / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "tools" / name).chmod(0o755)
    (tmp_path / "tools" / "python3.12").symlink_to(sys.executable)
    ran = set_up(autograder / "source", environment)
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "installed").exists()


def test_setup_without_a_python_says_so_and_touches_no_system_package_from_a_test(autograder, tmp_path):
    environment = settled(autograder / "source", tmp_path)
    environment["ELSEWHERE"] = ""  # a machine whose folders hold no Python
    tools = tmp_path / "tools"
    for name in ("bash", "dirname", "sh"):
        (tools / name).symlink_to(shutil.which(name))
    ran = subprocess.run(
        [shutil.which("bash"), autograder / "source" / "setup.sh"],
        env=environment | {"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert "there is no Python 3.11 or newer" in ran.stderr
    assert "NO_SYSTEM_PACKAGES is set" in ran.stderr
    assert not (tmp_path / "installed").exists()


def test_a_submission_becomes_results_json(autograder):
    inner = autograder / "submission" / "homework"  # students zip a folder as often as its contents
    compose(inner, {task.id: "reference" for task in code_tasks()})
    ran = grade(autograder)
    results = ran.results
    assert results["score"] == sum(test["max_score"] for test in results["tests"]) > 0, results["output"]
    assert 0 < ran.memory < 1.5e9
    assert "leaderboard" not in results  # even an empty one might turn it on
    assert results["score"] == sum(test["score"] for test in results["tests"])
    assert all({"name", "score", "max_score", "visibility"} <= set(test) for test in results["tests"])


def test_a_submission_without_the_files_is_a_result_with_a_sentence(autograder):
    shutil.rmtree(autograder / "submission")
    (autograder / "submission").mkdir()
    results = grade(autograder).results
    assert results["score"] == 0
    assert "is empty" in results["output"]


def test_a_grader_that_breaks_still_leaves_a_result(autograder):
    broken = autograder / "source" / "instructor" / "tasks.toml"
    text = broken.read_text()
    broken.write_text("[")
    try:
        results = grade(autograder).results
    finally:
        broken.write_text(text)
    assert results["score"] == 0
    assert "not your fault" in results["output"]


def test_the_scripts_are_sound_shell():
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck here")
    folder = Path(ROOT / "instructor" / "gradescope")
    subprocess.run(["shellcheck", folder / "setup.sh", folder / "run_autograder"], check=True)


# ---- what students see, and when ------------------------------------------------------------------------


def result():
    aspects = {"value": (2.0, 2), "gradient": (0.0, 2)}
    picture = Picture("sim", "yours <b>", "a map", "QUJD")
    task = TaskResult("sim", "Cosine similarity", 4, 2.0, "partial", aspects)
    return Result("submission", 1, "bwrap", [task], pictures=[picture, picture], digest="d")


def test_checks_are_seen_when_the_instructor_says():
    general, apart = read_visibility(["after_due_date", "sim.value=visible"], load_tasks())
    content = gradescope_results(result(), Settings(visibility=general, apart=apart))
    assert [test["visibility"] for test in content["tests"]] == ["visible", "after_due_date"]
    assert content["output"] == RECEIVED  # no word of the points
    assert content["score"] == 2
    plain = gradescope_results(result(), Settings())
    assert {test["visibility"] for test in plain["tests"]} == {"visible"}
    assert "2 of 4 points" in plain["output"]


@pytest.mark.parametrize("word", ["sometimes", "sim=never", "smi=hidden", "sim.valeu=hidden", "sim"])
def test_a_visibility_that_there_is_not_is_refused(word, capsys, tmp_path):
    assert main(["gradescope", str(tmp_path / "a.zip"), "--visibility", word]) == 2
    assert f"--visibility {word}" in capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()


NO_TASK = ["--tasks", "NetworkVisualization", "--notebooks", "none"]


@pytest.mark.parametrize("more", [["--tries", "0"], ["--tries", "many"], ["--tasks", "smi"], NO_TASK])
def test_other_options_that_make_no_sense_are_refused(more, tmp_path, capsys):
    assert main(["gradescope", str(tmp_path / "a.zip"), *more]) == 2
    assert capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()


def test_pictures_stand_in_the_results_and_nothing_in_them_is_markup():
    first, second = gradescope_results(result(), Settings())["tests"]
    assert first["output_format"] == "html"
    assert first["output"].count('<img src="data:image/jpeg;base64,QUJD" alt="a map">') == 2
    assert "yours &lt;b&gt;" in first["output"]
    assert second["output_format"] == "text"
    assert gradescope_results(result(), Settings(pictures=False))["tests"][0]["output_format"] == "text"


def earlier(score, when, graded=True, **known):
    results = {"score": score, "output": "So far.", "extra_data": {"graded": graded, **known}, "tests": []}
    return {"submission_time": when, "score": score, "results": results}


def test_tries_beyond_the_limit_keep_the_points_of_the_last_that_counts():
    before = [
        earlier(10, "2030-01-01T10:00:00+00:00"),
        earlier(0, "2030-01-02T10:00:00+00:00", graded=False),  # the grader's own fault: no try
        earlier(30, "2030-01-02T12:00:00+00:00"),
    ]
    metadata = {"created_at": "2030-01-03T11:00:00+00:00", "previous_submissions": before}
    assert spent(Settings(), metadata) is None
    assert spent(Settings(tries="3"), metadata) is None
    kept = spent(Settings(tries="2"), metadata)
    assert (kept["score"], kept["extra_data"]["try_spent"]) == (30, True)
    assert "2 tries count" in kept["output"]
    assert spent(Settings(tries="2/day"), metadata) is None  # the first was two days ago
    assert spent(Settings(tries="1/day"), metadata)["score"] == 30
    again = {**metadata, "previous_submissions": [*before, {**before[2], "results": kept}]}
    assert spent(Settings(tries="2"), again)["score"] == 30
    assert spent(Settings(tries="3"), again) is None
    assert spent(Settings(tries="1"), {"previous_submissions": None}) is None


def test_settings_come_back_from_the_bundle():
    settings = Settings("none", "full", ("sim",), "hidden", {"sim": "visible"}, "5/day", False)
    assert Settings.from_json(settings.to_json()) == settings
