"""The similarity report: what is laid out for compare50, and what is said when it can't run."""

import os
import sys

import pytest

from instructor.__main__ import main
from instructor.cli.similarity import PYTHON, _lay_out
from instructor.core.composition import compose
from instructor.core.tasks import todo_modules
from instructor.tests.classroom.test_classroom import pack


@pytest.fixture
def course(tmp_path):
    for name in ("ann", "bob"):
        pack(tmp_path / "hw" / f"{name}.zip", name)
    (tmp_path / "hw" / "zoe.zip").write_bytes(b"no zip")
    return tmp_path / "hw"


def test_each_submission_stands_beside_what_was_given(course, tmp_path):
    found = _lay_out(course, tmp_path / "work")
    assert [path.name for path in found] == ["ann", "bob"]
    for folder in (*found, tmp_path / "work" / "given"):
        assert all((folder / name).is_file() for name in todo_modules())


def test_without_compare50_there_is_a_sentence(course, tmp_path, capsys):
    command = ["similarity", str(course), "--results", str(tmp_path / "r")]
    assert main([*command, "--python", str(tmp_path / "none")]) == 2
    assert "`make similarity` makes it" in capsys.readouterr().err
    assert main([*command, "--python", sys.executable]) == 2
    assert "compare50 did not finish" in capsys.readouterr().err


def test_one_submission_is_too_few(course, capsys):
    os.unlink(course / "bob.zip")
    assert main(["similarity", str(course)]) == 2
    assert "fewer than two" in capsys.readouterr().err


@pytest.mark.skipif(not PYTHON.exists(), reason="make similarity makes its environment")
def test_compare50_reports_who_is_alike_and_by_name(course, tmp_path, capsys):
    command = ["similarity", str(course), "--results", str(tmp_path / "r")]
    assert main(command) == 0  # of the released code nothing is left to compare
    assert "2 submissions compared: no two are alike." in capsys.readouterr().out
    for name in ("eve", "kim"):
        compose(course / name, {"sim": "reference", "simclr_loss_naive": "reference"})
    assert main(command) == 0
    report = tmp_path / "r" / "hw" / "similarity" / "index.html"
    assert str(report) in capsys.readouterr().out
    text = report.read_text(encoding="utf-8")
    assert "submissions/eve" in text
    assert "submissions/kim" in text
    assert "cs231n-similarity-" not in text
