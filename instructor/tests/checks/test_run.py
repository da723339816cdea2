"""The one way to run hidden checks: which are run, whom they ask, and what is kept of it."""

import contextlib
import os
import resource

import pytest

from instructor.checks import run
from instructor.checks.allowance import Budget
from instructor.checks.marking import FOLDER, all_checks
from instructor.checks.run import ChecksBroken, Run, run_checks
from instructor.sandbox.errors import Starved
from instructor.sandbox.process_tree import resident

CHECKS = '''
from instructor.checks.judging import expect
from instructor.checks.marking import check


@check("sim", "value", heavy=True)
def test_heavy(student, rng):
    """It takes long."""
    expect(student("heavy") == "heavy", "it is not heavy")


@check("sim", "gradient")
def test_light(student, rng):
    """It is drawn."""
    expect(student("light") == "heavy", f"drawn: {rng.integer(0, 10**9)}")


@check("train", "step")
def test_passed(student, rng):
    """It passes."""
    expect(student("passed"), "it is empty")


def test_without_a_mark(student):
    raise KeyError("no hidden check")
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "test_few.py").write_text(CHECKS, encoding="utf-8")
    return tmp_path


def echo(recording):
    """A session that answers with what it is asked, and notes it."""

    def ask(word):
        recording.note({"word": word}, {"value": word})
        return word

    return contextlib.nullcontext(ask)


def outcomes(outcome):
    return [(result.name, result.outcome) for result in outcome.results]


def test_each_run_has_its_own_results_in_the_order_of_the_checks(folder):
    heard = []
    first, again, other = run_checks([Run(echo, 1), Run(echo, 1), Run(echo, 2)], heard.append, folder)
    all_of_them = [("test_heavy", "passed"), ("test_light", "failed"), ("test_passed", "passed")]
    assert outcomes(first) == outcomes(again) == outcomes(other) == all_of_them
    said = [each.results[1].message for each in (first, again, other)]
    assert said[0] == said[1] != said[2]
    assert heard == [*first.results, *again.results, *other.results]


def test_only_wanted_checks_are_run(folder):
    one, none = run_checks(
        [Run(echo, 1, lambda check: check.task == "train"), Run(echo, 1, lambda check: False)], folder=folder
    )
    assert outcomes(one) == [("test_passed", "passed")]
    assert outcomes(none) == []


def test_until_one_fails_the_light_checks_come_first(folder):
    (outcome,) = run_checks([Run(echo, 1, until_failed=True)], folder=folder)
    assert outcomes(outcome) == [("test_light", "failed")]


def test_recordings_of_failed_checks_are_kept_and_of_others_when_asked_for(folder):
    failed, every = run_checks([Run(echo, 1), Run(echo, 1, keep_all=True)], folder=folder)
    assert set(failed.recordings) == {"test_light"}
    assert set(every.recordings) == {"test_heavy", "test_light", "test_passed"}
    (exchange,) = failed.recordings["test_light"].exchanges
    assert exchange.answer == {"value": "light"}
    assert failed.recordings["test_light"].seed == every.recordings["test_light"].seed


def test_a_check_at_fault_is_for_the_instructor_and_fails(folder):
    (outcome,) = run_checks([Run(lambda recording: contextlib.nullcontext(None), 1)], folder=folder)
    assert {result.outcome for result in outcome.results} == {"failed"}
    assert all("could not be judged" in result.message for result in outcome.results)
    assert [line.partition(":")[0] for line in outcome.internal] == [
        "test_heavy",
        "test_light",
        "test_passed",
    ]


def test_a_file_of_checks_that_cannot_be_read_is_an_error_and_no_verdict(folder):
    (folder / "test_worse.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    with pytest.raises(ChecksBroken, match="nothing_of_that_name"):
        run_checks([Run(echo, 1)], folder=folder)


def test_an_interrupt_ends_the_run(folder):
    def interrupted(recording):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_checks([Run(interrupted, 1)], folder=folder)


GREEDY = '''
import time
import torch
from instructor.checks.judging import expect
from instructor.checks.marking import check


@check("sim", "value")
def test_a_list(student, rng):
    """It takes a tensor for a list."""
    expect(len(list(student(torch.zeros(5_000_000)))) == 3, "it is too long")


@check("sim", "gradient")
def test_numbers(student, rng):
    """It makes numbers wider."""
    expect(student(torch.zeros(1)).expand(2**30).double().sum() == 3, "it is another one")


@check("train", "step")
def test_endless(student, rng):
    """It never comes to an end."""
    while student(True):
        pass


@check("train", "value")
def test_modest(student, rng):
    """It takes no more than is due."""
    expect(student(torch.zeros(1000)).double().sum() == 0, "it is another one")
'''


def test_a_check_that_takes_too_much_time_or_memory_fails_and_the_next_one_runs(tmp_path):
    (tmp_path / "test_greedy.py").write_text(GREEDY, encoding="utf-8")
    before = resource.getrlimit(resource.RLIMIT_DATA)
    budget = Budget(seconds=1_000, each=1, memory=256 << 20)
    (outcome,) = run_checks([Run(echo_quietly, 1, budget=budget)], folder=tmp_path)
    assert [result.outcome for result in outcome.results] == ["failed", "failed", "failed", "passed"]
    assert outcome.internal == []
    assert {result.message for result in outcome.results[:3]} == {run.TOO_MUCH}
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert resident(os.getpid()) < 4 << 30


def test_a_submission_whose_time_for_judging_is_over_fails_what_is_left(tmp_path):
    (tmp_path / "test_greedy.py").write_text(GREEDY, encoding="utf-8")
    budget = Budget(seconds=0, each=1, memory=256 << 20)
    (outcome,) = run_checks([Run(echo_quietly, 1, budget=budget)], folder=tmp_path)
    assert {result.message for result in outcome.results} == {run.TOO_MUCH}


def echo_quietly(recording):
    """A session that answers with what it is asked."""
    return contextlib.nullcontext(lambda value: value)


@pytest.fixture
def waits(monkeypatch):
    """What is heard of waiting for the machine, which is not waited for."""
    heard = []
    monkeypatch.setattr(run, "wait_for_room", lambda: heard.append("waited"))
    return heard


def starving(times, heard):
    """Sessions that have no core, some times, in the one check that asks for "light"."""

    def session(recording):
        def ask(word):
            heard.append(word)
            if word == "light" and heard.count("light") <= times:
                raise Starved(1, 600)
            return word

        return contextlib.nullcontext(ask)

    return session


def test_a_check_that_had_no_core_is_tried_again_when_there_is_room(folder, waits):
    finished = []
    (outcome,) = run_checks([Run(starving(1, waits), 1)], finished.append, folder)
    assert waits == ["heavy", "light", "waited", "light", "passed"]
    assert outcomes(outcome)[1] == ("test_light", "failed")  # as it does with a core
    assert finished == outcome.results
    assert outcome.internal == []


def test_after_a_check_that_had_no_core_twice_nothing_more_is_tried_and_nobody_failed(folder, waits):
    finished = []
    (outcome,) = run_checks([Run(starving(2, waits), 1)], finished.append, folder)
    assert waits == ["heavy", "light", "waited", "light"]
    expected = [("test_heavy", "passed"), ("test_light", "not run"), ("test_passed", "not run")]
    assert outcomes(outcome) == expected
    assert "too busy" in outcome.results[1].message
    assert finished == outcome.results
    assert "test_light" not in outcome.recordings


def test_pytest_finds_every_hidden_check_of_the_kit():
    seen = []
    run_checks([Run(echo, 1, lambda check: seen.append(check.name))])
    assert seen == [check.name for check in all_checks()]
    assert FOLDER.name == "checks"
