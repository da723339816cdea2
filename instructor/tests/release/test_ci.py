"""The workflow files: they only call make or the instructor's command."""

import os
import subprocess

import pytest
import yaml

from instructor.core.tasks import ROOT

FILES = [*(ROOT / ".github" / "workflows").glob("*.yml"), *(ROOT / "instructor" / "ci").glob("*.yml")]
SYSTEM = "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"  # what a hosted runner needs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_only_calls_make_or_the_command(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["permissions"] == {"contents": "read"}
    for job in content["jobs"].values():
        commands = [step["run"] for step in job["steps"] if "run" in step]
        assert commands
        for command in commands:
            assert command == SYSTEM or command.startswith(("make ", "python -m instructor "))
            assert "${{" not in command  # an input is data: it comes in through the environment


def test_there_is_one_for_students_and_one_for_classes():
    assert {"student.yml", "class.yml", "ci.yml"} <= {path.name for path in FILES}


def steps(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [step for job in content["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_environment_is_kept_from_one_run_to_the_next(path):
    (cache,) = [step["with"] for step in steps(path) if ".venv" in str(step.get("with", {}).get("path"))]
    assert cache["path"].split() == [".venv", "datasets/embedded"]
    for part in ("requirements.txt", "instructor/requirements*.txt", "setup_environment.sh", "wheels.txt"):
        assert part in cache["key"]  # what decides what is in it
    assert "steps.python.outputs.python-version" in cache["key"]  # to the last digit: .venv links to that one
    uses = [step.get("uses", "") for step in steps(path)]
    assert uses.index("actions/setup-python@v6") < next(
        place for place, step in enumerate(steps(path)) if step.get("with") == cache
    )
    runs = [place for place, step in enumerate(steps(path)) if step.get("run", "").startswith("make")]
    assert next(place for place, step in enumerate(steps(path)) if step.get("with") == cache) < runs[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_builds_for_processors_are_taken_where_they_are_asked_for(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["env"] == {"TORCH_INDEX": "${{ vars.TORCH_INDEX }}"}


def test_all_workflows_use_one_version_of_each_action():
    used = {step["uses"] for path in FILES for step in steps(path) if "uses" in step}
    assert len(used) == len({action.partition("@")[0] for action in used})


def test_torch_comes_from_the_index_that_is_named(tmp_path):
    """In a made-up environment whose pip writes down what it was asked for."""
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    says = f'*print*) echo Python 3 12 ;; *pip*install*) echo "$*" >>"{tmp_path}/asked" ;;'
    python.write_text(f'#!/bin/sh\ncase "$*" in {says} esac\n')
    python.chmod(0o755)
    command = ["bash", str(ROOT / "setup_environment.sh"), str(tmp_path), str(ROOT / "requirements.txt")]
    for index, expected in (("https://builds.example/cpu", 2), ("https://builds.example/cpu", 2), ("", 3)):
        ran = subprocess.run(
            command, env={**os.environ, "TORCH_INDEX": index}, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        asked = (tmp_path / "asked").read_text().splitlines()
        assert len(asked) == expected  # another index is another environment, the same one is there already
    assert "--index-url https://builds.example/cpu" in asked[0]
    assert (tmp_path / "torch.txt").read_text().split() == ["torch>=2.11,<2.16", "torchvision>=0.26,<0.30"]
    assert "--index-url" not in asked[1] + asked[2]
