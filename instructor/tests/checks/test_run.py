"""The one way to run hidden checks: which are run, whom they ask, and what is kept of it."""

import contextlib

import pytest

from instructor.checks.marking import FOLDER, all_checks
from instructor.checks.run import ChecksBroken, Run, run_checks

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


def test_pytest_finds_every_hidden_check_of_the_kit():
    seen = []
    run_checks([Run(echo, 1, lambda check: seen.append(check.name))])
    assert seen == [check.name for check in all_checks()]
    assert FOLDER.name == "checks"
