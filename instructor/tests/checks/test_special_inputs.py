"""Mistakes that random inputs never show are caught, and right answers stay right on what shows them."""

import functools
import math
import types

import pytest
import torch
import torch.nn.functional as F

from instructor.checks.drawing import crowd, projections, twins
from instructor.checks.marking import checks_of
from instructor.checks.reference import load
from instructor.checks.run import Run, run_checks
from instructor.core.composition import fillins
from instructor.core.seeds import Seeds
from instructor.diagnosis.replay import Replay
from instructor.diagnosis.stand_in import in_replay
from instructor.sandbox.inside import drivers

LOSSES = ("simclr_loss_naive", "simclr_loss_vectorized")
SHOWN = {  # mistakes that only special inputs show
    "simclr_loss_naive": (
        "wrong_equal_views_left_out",
        "wrong_similar_views_left_out",
        "wrong_temperature_kept_from_zero",
        "wrong_temperature_capped",
        "wrong_exponentials_capped",
    ),
    "simclr_loss_vectorized": (
        "wrong_equal_views_left_out",
        "wrong_similar_views_left_out",
        "wrong_temperature_kept_from_zero",
        "wrong_temperature_capped",
        "wrong_exponentials_capped",
    ),
    "make_fooling_image": (
        "wrong_large_epsilon",
        "wrong_norm_kept_from_zero",
        "wrong_gradient_clipped",
        "wrong_weights_for_the_gradient",
    ),
    "compute_train_transform": ("wrong_gray_before_jitter",),
}
CASES = [(task, name) for task, names in SHOWN.items() for name in names]


@pytest.fixture(scope="module")
def replay():
    with Replay(math.inf) as replay:
        yield replay


def verdict(replay, check, task, name, seed=5):
    (outcome,) = run_checks([Run(in_replay(replay, {task: name}), seed, lambda each: each.name == check)])
    assert not outcome.internal
    return outcome.results[0]


@pytest.mark.parametrize("seed", [12, 14, 15, 21, 22])
def test_an_image_that_stands_in_a_batch_twice_is_always_looked_at_for_two_classes(replay, seed):
    wrong = ("compute_saliency_maps", "wrong_equal_images_share_a_map")
    assert verdict(replay, "test_saliency_special_images", *wrong, seed).outcome == "failed"


def test_rows_with_one_entry_are_never_so_short_that_a_small_epsilon_counts(replay):
    for seed in (17, *range(10)):
        assert verdict(replay, "test_sim_value", "sim", "correct_epsilon", seed).passed


@pytest.mark.parametrize(("task", "name"), CASES)
def test_a_mistake_that_random_inputs_never_show_is_caught_by_its_check(task, name, replay):
    check = fillins(task)[name].caught_by
    assert not verdict(replay, check, task, name).passed
    result = verdict(replay, check, task, "reference")
    assert result.passed, result.message


@pytest.mark.parametrize("task", LOSSES)
def test_a_view_left_out_by_its_value_loses_the_gradient_as_well(task, replay):
    check = f"test_{task.removeprefix('simclr_loss_')}_gradient"
    for name in ("wrong_equal_views_left_out", "wrong_similar_views_left_out"):
        assert not verdict(replay, check, task, name).passed
    assert verdict(replay, check, task, "reference").passed


@pytest.mark.parametrize("name", ["wrong_weights_for_the_gradient", "wrong_nothing_done"])
def test_stopping_in_time_earns_nothing_without_a_gradient(name, replay):
    task = "make_fooling_image"
    asked = [check.name for check in checks_of(task) if check.aspect == "stops"]
    assert not all(verdict(replay, check, task, name).passed for check in asked)
    assert all(verdict(replay, check, task, "reference").passed for check in asked)


# ---- inputs -------------------------------------------------------------------------------------------


def similarities(left, right):
    views = torch.cat([left, right]).double()
    return F.cosine_similarity(views[:, None], views[None], dim=2)


def test_any_two_views_of_a_crowd_are_alike_and_none_are_the_same():
    for seed in range(20):
        matrix = similarities(*crowd(Seeds(seed, "crowd"), 4))
        others = matrix[~torch.eye(8, dtype=torch.bool)]
        assert others.min() > 0.8
        assert others.max() < 1 - 1e-5


def test_twins_have_equal_parallel_and_almost_equal_views_at_places_that_vary():
    places = set()
    for seed in range(20):
        left, right = twins(Seeds(seed, "twins"), 5)
        views = torch.cat([left, right])
        equal = (views[:, None] == views[None]).all(dim=2)
        assert int(equal.sum()) == 10 + 4  # two pairs of equal views
        close = (similarities(left, right) > 0.999).double()
        assert close.sum() > equal.sum()
        places.add(int((left == right).all(dim=1).nonzero()[0]))
    assert len(places) > 2


# ---- one loss for the other ---------------------------------------------------------------------------


def alias(module, other):
    return other


def by_closure(module, other):
    return lambda *args: other(*args)


def copied(module, other):
    return functools.partial(types.FunctionType(other.__code__, vars(module), argdefs=(None,)))


@pytest.mark.parametrize("kept", [alias, by_closure, copied])
@pytest.mark.parametrize("task", LOSSES)
def test_neither_loss_can_be_had_by_an_alias_of_the_other(task, kept):
    package = load(dict.fromkeys(("sim", *LOSSES), "reference"), "cs231n_aliased")
    module = package.simclr.contrastive_loss
    other = next(each for each in LOSSES if each != task)
    setattr(module, task, kept(module, getattr(module, other)))
    drivers.take_away(package, other, while_judged=task)
    with pytest.raises(RuntimeError, match=f"{other} is taken away while {task} is judged"):
        getattr(module, task)(*projections(Seeds(1, "alias"), 3), 0.5)


@pytest.mark.parametrize("task", LOSSES)
def test_a_loss_of_its_own_works_while_the_other_is_taken_away_and_both_do_in_the_next_session(task):
    sides = projections(Seeds(1, "alone"), 3)
    other = next(each for each in LOSSES if each != task)
    request = {"op": "call", "module": "cs231n.simclr.contrastive_loss", "args": [*sides, 0.5]}
    request |= {"kwargs": {}, "grad": (), "times": 1, "after": False}
    away = {"op": "drive", "name": "take_away", "kwargs": {"name": other, "while_judged": task}}
    with Replay(math.inf) as replay:
        ask = replay.session({}, 1)
        ask(away)
        assert ask({**request, "name": task})["values"][0].numel() == 1
        assert "taken away" in ask({**request, "name": other}).message
        assert replay.session({}, 1)({**request, "name": other})["values"][0].numel() == 1
