"""The engine of the fair comparison: costs are counted, and each arm of `compare` gets what its name says."""

import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch

from cs231n import plots
from cs231n.simclr.classifiers import BATCH, Labelled, Rates, accuracy, train_arm
from cs231n.simclr.comparison import (
    ARMS,
    FIRST_ARMS,
    Arm,
    Comparison,
    Row,
    Terms,
    arms_named,
    beside,
    compare,
    steps_of,
)
from cs231n.simclr.cost import Cost, flops_of_a_step, metered
from cs231n.simclr.data_utils import compute_test_transform
from cs231n.simclr.evaluation import Classifier
from cs231n.simclr.model import Model
from instructor.core.tasks import ROOT

FEW, IMAGES, STEPS = 2, 24, 3
PRETRAINING = Cost(images=4 * 48, steps=9, flops=0, seconds=0.0)


def noise(n, seed=0):
    """Noisy images of two classes, uint8 (n, 16, 16, 3), and their labels; the upper half tells."""
    labels = np.arange(n) % 2
    images = np.random.default_rng(seed).integers(0, 100, (n, 16, 16, 3), dtype=np.uint8)
    images[labels == 1, :8] += 100
    return images, labels


@pytest.fixture(scope="module")
def models():
    """An untrained model, and one that stands for what SimCLR made of it."""
    torch.manual_seed(0)
    return Model(8, "small"), Model(8, "small")


def rows_of(models, arms, pretraining=PRETRAINING, transform=None):
    transform = transform or compute_test_transform()
    compared = compare(
        *models,
        pretraining,
        noise(IMAGES),
        noise(20, seed=1),
        transform,
        labels_per_class=FEW,
        steps=STEPS,
        arms=arms,
        progress=False,
    )
    return {row.arm: row for row in compared.rows}, compared


def test_every_public_arm_is_carried_out_or_refused_with_the_command_that_can(models):
    """What an arm spends with labels, beside its pretraining, is what its `match` says."""
    one_step = flops_of_a_step(Classifier(models[0], 2), (BATCH, 3, 16, 16))
    pretraining = Cost(images=8 * BATCH, steps=9, flops=5 * one_step, seconds=0.0)
    expected = {
        "steps": STEPS,
        "epochs": STEPS + round(8 * BATCH / (2 * IMAGES) * 2 * FEW / BATCH),
        "images": STEPS + 8,
        "data": STEPS + 8,
        "flops": STEPS + 5,
        "seconds": STEPS,  # SimCLR took no time
    }
    possible = [arm for arm in ARMS if arm.pretrained != "labelled"]
    rows, _ = rows_of(models, possible, pretraining)
    assert list(rows) == [arm.name for arm in possible]
    for arm in possible:
        spent = rows[arm.name].cost
        assert spent.steps == expected[arm.match] + (9 if arm.pretrained else 0), arm
        seen = 2 * FEW if arm.frozen else BATCH * expected[arm.match]
        assert spent.images == seen + (pretraining.images if arm.pretrained else 0), arm
    (refused,) = set(ARMS) - set(possible)
    with pytest.raises(ValueError, match=re.escape(f'python -m experiments.study --arms "{refused.name}"')):
        rows_of(models, ARMS)


def test_an_arm_sees_the_images_that_its_name_says(models):
    """All labels are used by one arm alone; views are drawn by augmented arms alone."""
    seen = []

    def transform(photo):
        seen.append(np.asarray(photo).tobytes())
        return compute_test_transform()(photo)

    for name, different in (
        ("scratch, augmented", 2 * FEW),
        ("scratch, all labels", IMAGES),
        ("scratch, short", 0),
        ("SimCLR, fine-tuned, no augmentation", 0),
        ("SimCLR, linear probe", 0),
    ):
        seen.clear()
        rows_of(models, arms_named(name), transform=transform)
        assert len(set(seen)) == different, name


def test_as_much_time_is_counted_in_steps_of_another_arm():
    (arm,) = arms_named("scratch, as much time")
    terms = Terms(steps=10, pretraining=Cost(seconds=6.0), epochs=1, seconds=0.5)
    assert steps_of(arm, terms, images=100) == 10 + 12


@pytest.mark.parametrize(
    ("match", "sentence"),
    [("luck", "matches 'luck'; it can match steps, epochs"), ("flops", "needs the flops of a step")],
)
def test_an_arm_that_cannot_be_matched_is_told_in_a_sentence(match, sentence):
    with pytest.raises(ValueError, match=sentence):
        steps_of(Arm("mine", match=match), Terms(1, Cost(), 1), images=10)


def test_models_and_random_numbers_stay_as_they_were_and_a_second_run_gives_the_same(models):
    before = [{name: value.clone() for name, value in model.state_dict().items()} for model in models]
    arms = arms_named("random encoder, linear probe", "scratch, short", "SimCLR, fine-tuned")
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    rows, compared = rows_of(models, arms)
    assert torch.equal(torch.rand(2), expected)
    again, _ = rows_of(models, arms)
    assert {name: row.accuracy for name, row in rows.items()} == {
        name: row.accuracy for name, row in again.items()
    }
    for model, state in zip(models, before, strict=True):
        torch.testing.assert_close(model.state_dict(), state, rtol=0, atol=0)
    assert all(name in str(compared) for name in rows)


@pytest.mark.parametrize("frozen", [True, False])
def test_labels_are_learned(models, frozen):
    images, labels = noise(IMAGES)
    images, labels = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels)
    arm = Arm("any", frozen=frozen, augmented=False)
    classifier, _ = train_arm(arm, models[0], Labelled(images, labels), 12, Rates(1e-2), 2, seed=0)
    assert accuracy(classifier, images, labels) == 100
    changed = [
        not torch.equal(a, b)
        for a, b in zip(classifier.f.parameters(), models[0].f.parameters(), strict=True)
    ]
    assert any(changed) != frozen


def test_costs_are_counted_however_training_is_written():
    model = Model(encoder="small")
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with metered(model) as meter:
        for n in (4, 4, 3):
            model(torch.zeros(n, 3, 8, 8))[1].sum().backward()
        optimizer.step()
        with torch.no_grad():
            model(torch.zeros(5, 3, 8, 8))
        model.eval()(torch.zeros(7, 3, 8, 8))
    assert (meter.cost.images, meter.cost.steps) == (11, 1)
    each = [flops_of_a_step(model, (n, 3, 8, 8)) for n in (4, 3)]
    assert meter.cost.flops == 2 * each[0] + each[1]
    assert meter.cost.seconds > 0
    assert meter.cost.cpu_seconds > 0
    with metered(model) as again:
        pass
    assert again.cost.images == 0
    assert before.keys() == model.state_dict().keys()


def test_flops_are_those_of_the_layers():
    layer = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 5, bias=False))
    # Forward and the gradient of the weights, 2 · B · 12 · 5 each; the images need no gradient.
    assert flops_of_a_step(layer, (7, 3, 2, 2)) == 2 * (2 * 7 * 12 * 5)
    assert flops_of_a_step(torch.nn.Sequential(layer[0], torch.nn.Linear(12, 1)), (1, 3, 2, 2)) > 0


# ---- the guess ----


def measured(**accuracies):
    rows = tuple(Row(name.replace("_", " "), accuracy, Cost()) for name, accuracy in accuracies.items())
    return Comparison(10, rows)


def test_a_guess_stands_beside_what_was_measured_the_worst_first():
    text = beside(measured(scratch=80.0, SimCLR=90.0), {"scratch": 79, "SimCLR": 50.5})
    first, second, third = text.splitlines()
    assert first.split() == ["guessed", "measured"]
    assert second.split() == ["SimCLR", "50.5%", "90.0%", "(+39.5)"]
    assert third.split() == ["scratch", "79.0%", "80.0%", "(+1.0)"]


def test_no_guess_is_no_error_and_is_told():
    assert "guessed nothing yet" in beside(measured(scratch=80.0), {"scratch": None})
    assert "guessed nothing yet" in beside(measured(scratch=80.0), {})


@pytest.mark.parametrize(
    ("guesses", "sentence"),
    [
        ({"magic": 50}, "no arm 'magic' to guess; there are scratch"),
        ({"scratch": "many"}, "write a number from 0 to 100"),
        ({"scratch": 800}, "write a number from 0 to 100"),
        ({"scratch": True}, "write a number from 0 to 100"),
        ({"scratch": float("nan")}, "write a number from 0 to 100"),
    ],
)
def test_a_guess_that_is_none_is_told(guesses, sentence):
    with pytest.raises(ValueError, match=sentence):
        beside(measured(scratch=80.0), guesses)


def test_the_guess_is_drawn_on_its_bar():
    plots.show_bars({"scratch": 80.0, "SimCLR": 90.0}, "% right", guesses={"scratch": 95, "SimCLR": None})
    (ax,) = plt.gcf().axes
    marked = [tuple(map(float, point)) for each in ax.collections for point in each.get_offsets()]
    assert marked == [(95.0, 0.0)]
    assert ax.get_xlim()[1] > 95
    plt.close("all")


def test_the_notebook_asks_for_a_guess_of_every_arm_before_it_compares():
    book = nbformat.read(ROOT / "notebooks/SelfSupervisedLearning.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in book.cells}
    names = {}
    exec(cells["fair-guess"], names)
    assert list(names["guess"]) == [arm.name for arm in FIRST_ARMS]
    assert set(names["guess"].values()) == {None}
    assert list(cells).index("fair-guess") < list(cells).index("fair-run")
