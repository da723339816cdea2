"""A grader that does not grade is found out: break one line of it in a copy of the kit, and verify fails."""

import os
import shutil
import subprocess
import sys

import pytest

from instructor.core.tasks import ROOT
from instructor.grading import scoring
from instructor.verify.trials import UNTOUCHED
from instructor.verify.whole_way import go_whole_way
from instructor.verify.workers import Place

RUN, SCORING = "checks/run.py", "grading/scoring.py"
EARNED = "return float(points) if own and all(own) else 0.0"
SEED = 3


@pytest.mark.parametrize(
    ("module", "line", "broken", "faults"),
    [
        pytest.param(
            RUN,
            'outcome, message = "failed", ',
            'outcome, message = "passed", ',
            [
                "sim, untouched: earned 5 points",
                "sim, wrong_dot_product: was not caught",
                "the whole way, untouched: results.json says 5 points",
            ],
            id="every check passes",
        ),
        pytest.param(
            RUN,
            'outcome = "passed"\n',
            'outcome = "failed"\n',
            [
                "sim, reference: failed test_sim_value",
                "sim, correct_loop: failed test_sim_value",
                "the whole way, reference: results.json says 0 points",
            ],
            id="every check fails",
        ),
        pytest.param(
            SCORING,
            EARNED,
            "return 1.0 if own and all(own) else 0.0",
            [
                "sim, reference: earned 3 of 5 points, 5 are due",
                "the whole way, reference: results.json says 3 points",
            ],
            id="points ignored",
        ),
    ],
)
def test_verify_fails_when_a_line_of_the_grader_is_broken(tmp_path, module, line, broken, faults):
    _copy_of_the_kit(tmp_path)
    path = tmp_path / "instructor" / module
    source = path.read_text(encoding="utf-8")
    assert source.count(line) == 1
    path.write_text(source.replace(line, broken), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "instructor",
        "verify",
        "--tasks",
        "sim",
        "--no-mutants",
        "--seed",
        f"{SEED}",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"}
    environment["CS231N_DATA"] = str(ROOT / "datasets")
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert [fault for fault in faults if fault not in done.stdout] == []


def test_what_goes_the_whole_way_earns_all_or_nothing():
    assert go_whole_way("reference", SEED, Place(), ["sim"]) == []
    assert go_whole_way(UNTOUCHED, SEED, Place(), ["sim"]) == []


def test_the_whole_way_ends_in_the_report(monkeypatch):
    monkeypatch.setattr(scoring, "_earned", lambda *_: 0.5)
    (fault,) = go_whole_way("reference", SEED, Place(), ["sim"])
    assert fault == "the whole way, reference: results.json says 1.5 points, 1.5 one by one, and 5 are due"


def test_what_cannot_be_packed_is_a_fault(monkeypatch):
    monkeypatch.setattr("instructor.verify.whole_way.PACKER", "notebooks/no_packer.sh")
    monkeypatch.setattr("instructor.verify.whole_way.shutil.copy", lambda *_: None)
    (fault,) = go_whole_way("reference", SEED, Place(), ["sim"])
    assert fault.startswith("the whole way, reference: it can't be packed: exit status 127")


def _copy_of_the_kit(folder):
    skipped = shutil.ignore_patterns("__pycache__", "tests")
    for name in ("cs231n", "instructor", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    shutil.copy(ROOT / "collect_submission.sh", folder)
