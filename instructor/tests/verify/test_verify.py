"""verify: what it counts, what it names, and its exit status."""

import argparse
import ast
import contextlib
import dataclasses
import re
from concurrent.futures import Future

import pytest

from instructor.checks.marking import checks_of
from instructor.cli.verify import run as verify
from instructor.core.result import CheckResult
from instructor.core.tasks import code_tasks
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.verify import judge as rows
from instructor.verify.graphs import without_graph
from instructor.verify.judge import equivalent, judge
from instructor.verify.mutants import _detached, mutants
from instructor.verify.trials import UNTIL_CAUGHT, UNTOUCHED, Trial, Verdict, trials
from instructor.verify.workers import Place

SIM = next(task for task in code_tasks() if task.id == "sim")
CHECKS = [check.name for check in checks_of("sim")]
MEANT = "test_sim_value"  # for wrong_dot_product


def verdict(fillin, failed=(), earned=None, seed=1, broken=(), not_started=False):
    """What a trial of sim gave when the checks named in `failed` failed."""
    results = tuple(
        CheckResult(
            check.name,
            "sim",
            check.aspect,
            check.label,
            "failed" if check.name in failed else "passed",
            "it differs" if check.name in failed else "",
            not_started=not_started,
        )
        for check in checks_of("sim")
    )
    lost = {check.aspect for check in results if not check.passed}
    if earned is None:
        earned = sum(points for aspect, points in SIM.aspects.items() if aspect not in lost)
    return Verdict(Trial("sim", fillin, seed), results, earned, tuple(broken))


def options(**changes):
    return argparse.Namespace(
        **{"tasks": "sim", "seeds": 1, "seed": 3, "jobs": 1, "sandbox": "auto", "mutants": False} | changes
    )


def test_all_is_well_when_every_fill_in_is_judged_as_known():
    row = judge(
        SIM,
        [
            verdict(UNTOUCHED, CHECKS, not_started=True),
            verdict("reference"),
            verdict("correct_loop"),
            verdict("wrong_dot_product", [MEANT]),
        ],
    )
    assert (row.untouched, row.reference, row.accepted, row.caught, row.as_intended) == ((1, 1),) * 5
    assert row.mutants == (0, 0)
    assert row.faults == ()


@pytest.mark.parametrize(
    ("bad", "column", "sentence"),
    [
        (verdict(UNTOUCHED, CHECKS[1:], 2), "untouched", "untouched: earned 2 points"),
        (verdict("reference", [MEANT]), "reference", f"reference: failed {MEANT}: it differs"),
        (verdict("correct_loop", [MEANT]), "accepted", f"correct_loop: failed {MEANT}: it differs"),
        (verdict("correct_loop", earned=1), "accepted", "earned 1 of 5 points, 5 are due"),
        (verdict("wrong_dot_product", [MEANT], earned=0.5), "caught", "earned 0.5 of 5 points, 3 are due"),
        (verdict("wrong_dot_product"), "caught", "wrong_dot_product: was not caught"),
        (
            verdict("wrong_dot_product", ["test_sim_gradient"]),
            "as_intended",
            f"wrong_dot_product: was caught by test_sim_gradient, not by {MEANT}",
        ),
        (
            verdict("wrong_dot_product", [MEANT], broken=["test_sim_value raised KeyError: 1"]),
            "caught",
            "wrong_dot_product: test_sim_value raised KeyError: 1",
        ),
    ],
)
def test_what_does_not_hold_is_counted_and_named(bad, column, sentence):
    row = judge(SIM, [bad])
    assert getattr(row, column) == (0, 1)
    assert any(sentence in fault for fault in row.faults)


def test_a_verdict_that_changes_with_the_seed_is_named_with_its_seeds():
    row = judge(SIM, [verdict("wrong_dot_product", [MEANT], seed=1), verdict("wrong_dot_product", seed=2)])
    assert row.caught == (0, 1)
    assert row.faults == ("sim, wrong_dot_product: was not caught (only with seed 2)",)
    assert row.notes == (f"sim, wrong_dot_product: passed {MEANT} (only with seed 2)",)


def test_a_mutant_survives_unless_it_is_caught_or_listed_as_right(monkeypatch):
    one, two = mutants("sim")[:2]
    trial = Trial("sim", one.name, 1, False, UNTIL_CAUGHT, one)
    caught = Verdict(trial, verdict("reference", [MEANT]).checks, 0, ())
    alive = Verdict(dataclasses.replace(trial, body=two), verdict("reference").checks, 5, ())
    row = judge(SIM, [caught, alive])
    assert row.mutants == (1, 2)
    assert row.faults == (f"sim, mutant: survives: {two.sentence}",)
    monkeypatch.setattr(rows, "equivalent", lambda: {("sim", two.sentence): "It is the same."})
    assert judge(SIM, [caught, alive]).mutants == (2, 2)
    monkeypatch.setattr(rows, "equivalent", lambda: {("sim", one.sentence): "It is the same."})
    assert "was caught, though it is listed as right" in judge(SIM, [caught]).faults[0]


def test_mutants_differ_from_the_reference_and_from_each_other_and_are_code():
    for task in code_tasks():
        bodies = [mutant.body for mutant in mutants(task.id)]
        assert len(bodies) == len(set(bodies)) >= 2
        for body in bodies:
            compile(body, task.id, "exec")


@pytest.mark.parametrize(
    ("block", "lost"),
    [
        ("loss = sim(out_left, out_right)", ["out_left", "out_right", "sim(out_left, out_right)"]),
        ("itself = torch.eye(3)\nshare = out_left * itself", ["out_left", "out_left * itself"]),
        ("_, out_left = model(x_i)", ["model(x_i)"]),
        ("X = X.requires_grad_()\nnorm = (X ** 2).sum()", ["(X ** 2).sum()", "X ** 2", "X.requires_grad_()"]),
        ("(g,) = torch.autograd.grad(model(X), X)\nmap = g.abs()", ["model(X)"]),
        ("with torch.no_grad():\n    left = out_left * 2", []),
        ("left = out_left.detach() * 2", ["out_left"]),
    ],
)
def test_a_mutant_loses_a_gradient_only_where_there_is_one(block, lost):
    tree = ast.parse(block)
    tensors = {ast.unparse(node) for node in without_graph(tree)}
    found = {ast.unparse(node) for node in ast.walk(tree) if list(_detached(node))} - tensors
    no_tensors = {"torch.autograd.grad(model(X), X)", "torch.no_grad()"}  # to detach them is an error
    assert found - no_tensors == set(lost)


def test_an_equivalent_mutant_needs_a_reason_and_is_one_that_there_is(tmp_path):
    file = tmp_path / "equivalent.toml"
    file.write_text('[[mutant]]\ntask = "sim"\nchange = "a → b"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="sentence"):
        equivalent(file)
    known = {(task.id, mutant.sentence) for task in code_tasks() for mutant in mutants(task.id)}
    assert set(equivalent()) <= known


def test_every_fill_in_and_the_untouched_package_are_tried_with_every_seed():
    todo = trials(["sim", "train"], [1, 2])
    assert len({(trial.task, trial.fillin, trial.seed) for trial in todo}) == len(todo)
    assert {trial.seed for trial in todo if trial.fillin == UNTOUCHED and trial.task == "train"} == {1, 2}
    assert set(Trial("sim", UNTOUCHED, 1).choice.values()) == {None}
    choice = Trial("sim", "wrong_dot_product", 1).choice
    assert choice["sim"] == "wrong_dot_product"
    assert choice["train"] == "reference"


@pytest.fixture
def tried(monkeypatch):
    """A verify that starts no process: what its trials and its submissions that go the whole way give."""
    given = argparse.Namespace(verdicts=[], whole=[])

    class Pool:
        def submit(self, *_):
            done = Future()
            done.set_result(given.whole)
            return done

    monkeypatch.setattr(
        "instructor.verify.workers.processes", lambda *_: contextlib.nullcontext((Pool(), Place()))
    )
    monkeypatch.setattr("instructor.verify.trials.run_trials", lambda *_: iter(given.verdicts))
    return given


def test_the_exit_status_says_whether_all_holds(tried, capsys):
    good = [verdict("reference"), verdict("wrong_dot_product", [MEANT])]
    for verdicts, status in ((good, 0), ([*good, verdict("correct_loop", [MEANT])], 1)):
        tried.verdicts = verdicts
        assert verify(options()) == status
    shown = capsys.readouterr().out
    assert "no faults" in shown
    assert "1 fault." in shown
    assert "sim, correct_loop" in shown
    tried.verdicts, tried.whole = good, ["the whole way, reference: results.json says 3 points"]
    assert verify(options()) == 1
    assert "✗ the whole way, reference: results.json says 3 points" in capsys.readouterr().out


def test_a_run_that_is_cut_short_says_what_it_has_found(tried, monkeypatch, capsys):
    def until_interrupted(*_):
        yield verdict("reference")
        yield verdict("correct_loop", [MEANT])
        raise KeyboardInterrupt

    monkeypatch.setattr("instructor.verify.trials.run_trials", until_interrupted)
    assert verify(options()) == 130
    shown = capsys.readouterr().out
    assert "sim, correct_loop" in shown
    assert re.search(r"\b2 of \d+ trials .*: 1 fault in these; the others were not tried", shown)


def test_without_a_sandbox_or_with_an_unknown_task_nothing_is_said_of_the_grader(monkeypatch, capsys):
    def refuse(*_):
        raise SandboxUnavailable("there is no command bwrap")

    monkeypatch.setattr("instructor.verify.workers.processes", refuse)
    assert verify(options()) == 2
    assert verify(options(tasks="sim,nothing")) == 2
    said = capsys.readouterr().err
    assert "bwrap" in said
    assert "nothing" in said
