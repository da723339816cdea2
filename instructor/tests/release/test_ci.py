"""The workflow files: they only call make or the instructor's command."""

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
