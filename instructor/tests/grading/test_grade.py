"""From a submission to its result and its reports, with small checks and a package that plays any student."""

import dataclasses
import html.parser
import json
import os
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from instructor.__main__ import main
from instructor.core import files as atomic
from instructor.core.composition import compose
from instructor.core.result import CheckResult, Result, TaskResult
from instructor.core.tasks import ROOT, code_tasks, load_tasks, todo_modules
from instructor.grading import one_submission, report
from instructor.grading.one_submission import grade
from instructor.grading.report import write_reports
from instructor.grading.scoring import score_tasks
from instructor.sandbox.limits import Limits
from instructor.tests.toy import EXECUTES

CHECKS = '''
import torch
from instructor.checks.judging import expect
from instructor.checks.marking import check
from instructor.sandbox.inside.recipes import Recipe


@check("sim", "value")
def test_right(student, rng):
    """Its value is right."""
    expect(student.sim("result = args[0] + 1", 1) == 2, "the value is wrong")


@check("sim", "gradient")
def test_wrong(student, rng):
    """Its gradient is right."""
    expect(student.sim("result = 3") == 4, "the gradient is wrong")


@check("sim_positive_pairs", "value")
def test_raises(student, rng):
    """It does not raise."""
    student.sim("raise ValueError('<img src=x onerror=alert(1)>\\\\x1b[31m & =cmd() \\\\ud800')")


@check("simclr_loss_naive", "value")
def test_hangs(student, rng):
    """It returns."""
    student.call("sim", "while True: pass", timeout=0.5)


@check("compute_sim_matrix", "value")
def test_confused(student, rng):
    """A check that stumbles over an answer of an unforeseen kind."""
    assert student.sim("result = 'secret'") - 1 == "expected value"


@check("train", "step")
def test_unfilled(student, rng):
    """An unfilled block."""
    views = torch.ones(2, 3, 16, 16)
    student.train(Recipe("tiny_encoder", seed=1), [(views, views, 0)], None, 1, 1)


@check("compute_saliency_maps", "value")
def test_fresh(student, rng):
    """Inputs depend on the seed and on the check alone."""
    expect(False, f"{rng.integer(0, 10**9)}")
'''


@pytest.fixture(scope="module")
def submission(tmp_path_factory):
    """A zip whose `sim` runs code, the rest as given."""
    path = tmp_path_factory.mktemp("hand-in") / "ann.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in todo_modules():
            archive.write(ROOT / name, name)
        archive.writestr("notes.txt", "hello")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["cs231n/simclr/contrastive_loss.py"] += EXECUTES.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def checks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checks")
    (folder / "test_small.py").write_text(CHECKS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def result(submission, checks):
    limits = dataclasses.replace(Limits.load(), submission_seconds=120)
    return grade(submission, seed=4, notebooks="none", checks=checks, limits=limits)


def by_id(result):
    return {task.id: task for task in result.tasks}


def test_points_are_the_sum_of_the_aspects_whose_checks_all_passed(result):
    tasks = by_id(result)
    sim = next(task for task in load_tasks() if task.id == "sim")
    assert tasks["sim"].earned == sim.aspects["value"] == result.score
    assert tasks["sim"].status == "partial"
    assert result.points == sum(task.points for task in load_tasks() if not (task.bonus or task.is_notebook))


@pytest.mark.parametrize(
    ("task", "status", "message"),
    [
        (
            "sim_positive_pairs",
            "not started",
            "your code raised ValueError: <img src=x onerror",
        ),
        ("simclr_loss_naive", "not started", "your code did not return within 0 s"),
        ("compute_sim_matrix", "not started", "the answer could not be judged"),
        ("train", "not started", "train is not started yet"),
        ("make_fooling_image", "not graded", ""),
    ],
)
def test_every_way_to_fail_is_a_sentence(result, task, status, message):
    found = by_id(result)[task]
    assert found.status == status
    assert all(check.message.startswith(message) for check in found.checks)
    assert not found.earned


def test_what_a_check_stumbled_over_is_for_the_instructor_only(result):
    assert any(line.startswith("test_confused: TypeError") for line in result.internal)
    told = json.dumps([task.checks[0].message for task in result.tasks if task.checks])
    assert "expected value" not in told
    assert "secret" not in told


def test_the_same_seed_draws_the_same_inputs(submission, checks, result):
    again = grade(submission, seed=4, notebooks="none", checks=checks)
    other = grade(submission, seed=5, notebooks="none", checks=checks)
    drawn = [by_id(each)["compute_saliency_maps"].checks[0].message for each in (result, again, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert result.digest == again.digest


def test_a_result_says_what_it_rests_on(result):
    assert (result.name, result.seed, result.sandbox) == ("ann", 4, "bwrap")
    assert result.ignored == ["notes.txt"]
    assert len(result.digest) == 64


def test_a_failure_of_diagnosis_or_pictures_costs_no_point_and_is_told_to_the_instructor(
    submission, checks, result, monkeypatch
):
    def stumble(*_, **__):
        raise KeyError("state_dict")

    monkeypatch.setattr(one_submission, "diagnose", stumble)
    monkeypatch.setattr(one_submission, "take_pictures", stumble)
    again = grade(submission, seed=4, notebooks="none", checks=checks)
    assert [task.earned for task in again.tasks] == [task.earned for task in result.tasks]
    more = [line for line in again.internal if line not in result.internal]
    assert more == [
        f"{what} stumbled: KeyError: 'state_dict'" for what in ("The diagnosis", "Taking pictures")
    ]


def test_a_report_that_cannot_be_made_of_all_holds_the_points(result, monkeypatch, tmp_path):
    stumbling = dataclasses.replace(result, internal=[])

    def page(given, whose, grade):
        if any(task.checks for task in given.tasks):
            raise ValueError("no such word")
        return "the page"

    monkeypatch.setattr(report, "feedback_html", page)
    folder = write_reports(stumbling, tmp_path)
    assert (folder / "feedback.html").read_text(encoding="utf-8") == "the page"
    assert json.loads((folder / "results.json").read_text(encoding="utf-8"))["score"] == result.score
    assert stumbling.internal == ["feedback.html holds the points alone: ValueError: no such word"]


def check_result(task="sim", aspect="value", outcome="passed", **kwargs):
    return CheckResult("test", task, aspect, "Label.", outcome, **kwargs)


@pytest.mark.parametrize(
    ("checks", "started", "status"),
    [
        ([], True, "not graded"),
        ([check_result(outcome="not run")], True, "could not run"),
        ([check_result(outcome="failed")], True, "wrong"),
        ([check_result(outcome="failed")], None, "wrong"),
        ([check_result(outcome="failed")], False, "not started"),
        ([check_result(outcome="failed", not_started=True)], None, "not started"),
        ([check_result(), check_result(outcome="failed")], True, "wrong"),
        ([check_result(), check_result(aspect="gradient", outcome="failed")], True, "partial"),
        ([check_result(aspect=aspect) for aspect in code_tasks()[5].aspects], True, "passed"),
        ([check_result(aspect=aspect) for aspect in code_tasks()[5].aspects], False, "passed"),
    ],
)
def test_a_status_follows_from_the_checks(checks, started, status):
    results = {task.id: task for task in score_tasks(checks, {"sim": started}, todo_modules())}
    assert results["sim"].status == status


def test_a_task_that_builds_on_a_wrong_one_says_so():
    checks = [check_result(outcome="failed"), check_result(task="simclr_loss_naive", outcome="failed")]
    results = {task.id: task for task in score_tasks(checks, {}, todo_modules())}
    assert "Cosine similarity" in results["simclr_loss_naive"].remark
    assert not results["sim"].remark


def test_nobody_is_blamed_for_a_task_that_could_not_run():
    checks = [check_result(outcome="not run"), check_result(task="simclr_loss_naive", outcome="failed")]
    results = {task.id: task for task in score_tasks(checks, {}, todo_modules())}
    assert results["sim"].status == "could not run"
    assert not results["simclr_loss_naive"].remark


def test_a_missing_module_is_named():
    results = {task.id: task for task in score_tasks([], {}, todo_modules()[1:])}
    assert results["compute_saliency_maps"].remark == f"{todo_modules()[0]} is missing from the submission."


class Tags(html.parser.HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>]]>"
HOSTILE += "\x1b[31m\u202e\x00\ud800'\"&=cmd()"


def hostile_result():
    from instructor.core.text import sanitize

    said = sanitize(HOSTILE)
    check = CheckResult("n", "sim", "value", "Label.", "failed", said)
    task = TaskResult("sim", "Cosine", 5, 0.0, "wrong", {"value": (0.0, 5)}, (check,), said, "Hint.")
    return Result("x", 1, "none", [task], [said], [], [said] * 30, "0" * 64)


def test_hostile_text_stays_text_in_every_report(tmp_path):
    folder = write_reports(hostile_result(), tmp_path)
    page = (folder / "feedback.html").read_text(encoding="utf-8")
    tags = Tags(page)
    assert not {"script", "img", "iframe", "link", "object", "form"} & tags.tags
    assert not {name for name in tags.attributes if name.startswith("on") or name == "src"}
    cases = list(ElementTree.parse(folder / "junit.xml").iter("failure"))
    assert "<script>alert(1)" in cases[0].get("message")
    content = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert "<script>" in content["tests"][0]["output"]
    for name in os.listdir(folder):
        data = (folder / name).read_bytes()
        assert not {0, 27} & set(data)
        assert "\u202e" not in data.decode("utf-8")


def test_a_result_without_a_sandbox_says_so_everywhere(tmp_path, capsys):
    from rich.console import Console

    from instructor.grading.report.for_people import show

    folder = write_reports(hostile_result(), tmp_path)
    for name in ("feedback.html", "results.json", "junit.xml"):
        assert "WITHOUT a sandbox" in (folder / name).read_text(encoding="utf-8")
    show(hostile_result(), Console(width=300))
    printed = capsys.readouterr().out
    assert "WITHOUT a sandbox" in printed
    assert "\x1b[31m" not in printed


def test_results_have_gradescopes_shape(result, tmp_path):
    content = json.loads((write_reports(result, tmp_path) / "results.json").read_text(encoding="utf-8"))
    assert content["score"] == sum(test["score"] for test in content["tests"]) == result.score
    points = sum(task.points for task in code_tasks())  # the notebooks were not run
    assert sum(test["max_score"] for test in content["tests"]) == points
    assert isinstance(content["execution_time"], int)
    assert {test["status"] for test in content["tests"]} == {"passed", "failed"}
    assert content["extra_data"]["seed"] == 4


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    atomic.write_atomically(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        atomic.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.json"]


@pytest.mark.parametrize(("data", "said"), [(b"", "is an empty file"), (b"PK", "not a zip archive")])
def test_a_submission_that_cannot_be_graded_is_a_result_too(tmp_path, capsys, data, said):
    path = tmp_path / "bob.zip"
    path.write_bytes(data)
    status = main(["grade", str(path), "--results", str(tmp_path / "results")])
    out, err = capsys.readouterr()
    assert status == 2
    assert said in out
    assert "Traceback" not in out + err
    content = json.loads((tmp_path / "results" / "bob" / "results.json").read_text())
    assert said in content["output"]
    assert (content["score"], content["extra_data"]["graded"]) == (0, False)
    errors = list(ElementTree.parse(tmp_path / "results" / "bob" / "junit.xml").iter("error"))
    assert said in errors[0].get("message")
    assert "Not graded" in (tmp_path / "results" / "bob" / "feedback.html").read_text()


def test_one_submission_says_that_its_notebooks_were_not_run(tmp_path, monkeypatch, capsys, submission):
    monkeypatch.setattr(one_submission, "result_of", lambda path, **_: Result("ann", 1, "none"))
    for how, is_said in (("none", True), ("quick", False)):
        words = ["--notebooks", how, "--results", str(tmp_path)]
        assert main(["grade", str(submission), *words]) == 0
        assert ("The notebooks were not run (--notebooks none)" in capsys.readouterr().out) == is_said


def test_a_result_that_cannot_be_written_is_a_sentence(tmp_path, capsys):
    (tmp_path / "results").write_text("a file where a folder should be")
    (tmp_path / "no.zip").write_bytes(b"")
    assert main(["grade", str(tmp_path / "no.zip"), "--results", str(tmp_path / "results")]) == 2
    assert "can't be written" in " ".join(capsys.readouterr().err.split())


def test_a_composed_checkout_packs_and_counts_as_given_files(tmp_path, capsys):
    assert main(["compose", "--fill", "unfilled", "--fill", "sim=reference", str(tmp_path / "a b")]) == 0
    assert f"1 of {len(code_tasks())} blocks filled" in capsys.readouterr().out
    packed = subprocess.run(
        ["bash", str(tmp_path / "a b" / "collect_submission.sh")], capture_output=True, text=True, check=True
    )
    assert f"{len(code_tasks()) - 1} of {len(code_tasks())} tasks" in packed.stdout
    assert (tmp_path / "a b" / "submission.zip").is_file()


def test_a_fill_in_is_taken_back_by_unfilled_and_a_mistyped_one_is_asked_about(tmp_path, capsys):
    fills = ["--fill", "reference", "--fill", "integrated_gradients=unfilled"]
    assert main(["compose", *fills, str(tmp_path / "x")]) == 0
    assert f"{len(code_tasks()) - 1} of {len(code_tasks())} blocks filled" in capsys.readouterr().out
    assert main(["compose", "--fill", "refrence", str(tmp_path / "y")]) == 2
    told = capsys.readouterr().err
    assert "has no fill-in 'refrence'. Did you mean reference?" in told
    assert len(told) < 200
    assert main(["compose", "--fill", "smi=reference", str(tmp_path / "y")]) == 2
    assert "No such task: smi. Did you mean sim?\n" in capsys.readouterr().err


@pytest.mark.parametrize("fill", ["nonsense", "sim=nonsense", "nonsense=reference"])
def test_an_unknown_fill_in_is_named_and_nothing_is_left(tmp_path, capsys, fill):
    assert main(["compose", "--fill", fill, str(tmp_path / "x")]) == 2
    assert "nonsense" in capsys.readouterr().err
    assert not list((tmp_path / "x").iterdir())
    (tmp_path / "x" / "mine").write_text("")
    assert main(["compose", "--fill", "reference", str(tmp_path / "x")]) == 2


def test_a_module_that_does_not_parse_costs_only_its_own_tasks(tmp_path):
    compose(tmp_path / "work", {task.id: "reference" for task in code_tasks()})
    (tmp_path / "work" / "cs231n" / "net_visualization_pytorch.py").write_text("def (\n")
    from instructor.checks.marking import FOLDER

    (tmp_path / "checks").mkdir()
    for name in ("test_saliency.py", "test_pair.py"):
        shutil.copy(FOLDER / name, tmp_path / "checks")
    result = by_id(grade(tmp_path / "work", seed=1, notebooks="none", checks=tmp_path / "checks"))
    saliency = result["compute_saliency_maps"]
    assert saliency.status == "wrong"
    assert all("SyntaxError" in check.message for check in saliency.checks)
    assert result["CIFAR10Pair"].status == "passed"
