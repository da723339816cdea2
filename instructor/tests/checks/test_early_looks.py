"""How often the tests for what is random are wrong, on counts and samples alone, without any code."""

import pytest
from scipy.stats import beta, binom

from instructor.checks.distributions import (
    ALPHA,
    EARLY,
    LOOKS,
    MISSED,
    PARTS,
    at_least,
    at_most,
    frequency_is,
    same_distribution,
    until_sure,
)
from instructor.checks.judging import CheckFailed, expect
from instructor.core.seeds import Seeds

EVENTS = (
    (1200, 0.5),
    (1600, 0.2),
    (1600, 0.04),
    (800, 0.2),
    (800, 0.16),
)  # of the checks of the augmentation
THRESHOLDS = ((at_least, 1200, 0.5), (at_least, 240, 0.2), (at_most, 1200, 0.01), (at_most, 1000, 0.03))
SHARES = [look / PARTS for look in LOOKS]


def chances(test, draws, probabilities):
    """For an event of each of these probabilities the chances that each look alone accepts it."""
    found = []
    for share in SHARES:
        n = round(draws * share)
        accepted = [count for count in range(n + 1) if test(count, n, share)]
        assert accepted == list(range(accepted[0], accepted[-1] + 1))
        first, last = accepted[0], accepted[-1]
        found.append([binom.cdf(last, n, p) - binom.cdf(first - 1, n, p) for p in probabilities])
    return list(zip(*found, strict=True))


def frequency(p):
    return lambda count, n, share: frequency_is(count, n, p, share)


@pytest.mark.parametrize(("draws", "p"), EVENTS)
def test_a_right_frequency_fails_at_the_last_look_alone_and_hardly_ever(draws, p):
    ((early, _, last),) = chances(frequency(p), draws, [p])
    assert 1 - last <= 1.01 * ALPHA
    assert early > 0.8


@pytest.mark.parametrize(("draws", "p"), EVENTS)
def test_early_looks_let_no_more_wrong_frequencies_through_than_stated(draws, p):
    for *early, last in chances(frequency(p), draws, [k / 1000 for k in range(1, 1000)]):
        if last <= MISSED:
            assert max(early) <= EARLY
            assert last + sum(early) <= MISSED + 2 * EARLY


@pytest.mark.parametrize(("test", "draws", "part"), THRESHOLDS)
def test_a_share_that_the_last_look_refuses_is_hardly_let_through_before(test, draws, part):
    def judged(count, n, share):
        return test(count, n, part, share)

    for *early, last in chances(judged, draws, [k / 1000 for k in range(1, 1000)]):
        assert max(early) <= EARLY or last > MISSED


def test_the_most_that_is_let_through_is_what_is_stated():
    """The bound is met, so that no draw is made in vain."""
    high = binom.isf(ALPHA / 2, 1200, 0.5)
    wrong = beta.ppf(1 - MISSED, high + 1, 1200 - high)  # the last look misses it as rarely as MISSED says
    ((*early, last),) = chances(frequency(0.5), 1200, [wrong])
    assert last == pytest.approx(MISSED, rel=1e-3)
    assert EARLY / 3 < max(early) <= EARLY


def test_samples_of_one_distribution_pass_early_and_others_hardly_ever():
    rng = Seeds(7, "looks")
    model = rng.rand(4000)
    passed = sum(same_distribution(rng.rand(300), model, 0.03, 0.25) for _ in range(300))
    assert passed > 290
    for apart in (0.25, 0.3, 0.5):  # the last look refuses distances of more than 0.24
        wrong = [apart + (1 - apart) * rng.rand(1200) for _ in range(300)]
        assert not any(same_distribution(each, model, 0.03) for each in wrong)
        assert not any(same_distribution(each[:300], model, 0.03, 0.25) for each in wrong)
        assert not any(same_distribution(each[:600], model, 0.03, 0.5) for each in wrong)


def drawn(p, draws, rng, taken):
    for _ in range(PARTS):
        taken.append(draws // PARTS)
        yield (rng.rand(draws // PARTS) < p).float()


def run(p, draws, judged, rng):
    """Whether an event of probability `judged` is believed in when it has p, and how many draws that took."""
    taken = []
    try:
        until_sure(
            drawn(p, draws, rng, taken),
            lambda some, share: expect(frequency_is(int(some.sum()), len(some), judged, share), "no"),
        )
    except CheckFailed:
        return False, sum(taken)
    return True, sum(taken)


def test_right_answers_take_a_third_of_the_draws_and_wrong_ones_all():
    rng = Seeds(8, "draws")
    right = [run(0.2, 1600, 0.2, rng) for _ in range(300)]
    assert all(believed for believed, _ in right)
    assert sum(draws for _, draws in right) < 0.34 * 300 * 1600
    wrong = [run(0.1, 1600, 0.2, rng) for _ in range(300)]
    assert not any(believed for believed, _ in wrong)
    assert {draws for _, draws in wrong} == {1600}
