"""The engine of the fair comparison: time is divided by shares, both kinds of training have one recipe."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from cs231n import plots, words
from cs231n.data_utils import CIFAR10_MEAN, CIFAR10_STD, load_photo_tiles
from cs231n.simclr.classifiers import (
    BATCH,
    Labelled,
    Rates,
    accuracy,
    one_by_one,
    orders,
    pretrain,
    probe,
    train_labelled,
)
from cs231n.simclr.comparison import (
    TEMPERATURE,
    Arm,
    Comparison,
    StepSeconds,
    beside,
    compare,
    interval,
    run_arm,
    step_seconds,
    steps_of,
)
from cs231n.simclr.cost import Cost, flops_of_a_step, metered
from cs231n.simclr.data_utils import compute_test_transform
from cs231n.simclr.datasets import digit_transform, digit_views, photo_views
from cs231n.simclr.model import Model
from experiments.fast.loss import nt_xent
from instructor.checks.reference import answer
from instructor.core.tasks import ROOT


def noise(n, seed=0):
    """Noisy images of two classes, uint8 (n, 16, 16, 3), and their labels; the upper half tells."""
    labels = np.arange(n) % 2
    images = np.random.default_rng(seed).integers(0, 100, (n, 16, 16, 3), dtype=np.uint8)
    images[labels == 1, :8] += 100
    return images, labels


def labelled(n, views=lambda images: images / 255 - 0.5):
    images, labels = noise(n)
    return Labelled(torch.from_numpy(images).permute(0, 3, 1, 2), torch.from_numpy(labels), views)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return Model(8, "small")


def test_a_share_is_that_part_of_the_time_and_the_rest_goes_to_labels():
    each = StepSeconds(pretraining=0.02, labelled=0.01)
    assert steps_of(0, 6, each) == (0, 600)
    assert steps_of(0.5, 6, each) == (150, 300)
    assert steps_of(0.97, 6, each) == (291, 18)
    assert steps_of(0.97, 0.01, each) == (1, 1)  # never none
    for share in (1, -0.1):
        with pytest.raises(ValueError, match="from 0 to below 1"):
            steps_of(share, 6, each)


def test_every_image_comes_once_before_any_comes_again():
    def permutation(step):
        return torch.randperm(10)

    seen = torch.cat(list(orders(10, 5, permutation)))  # 320 of 10 images
    assert [len(set(part.tolist())) for part in seen.split(10)] == [10] * 32
    whole = list(orders(10, 3, permutation, whole=True))
    assert all(sorted(step.tolist()) == list(range(10)) for step in whole)
    large = list(orders(100, 4, lambda step: torch.randperm(100), whole=True))
    assert all(len(step) == len(set(step.tolist())) == BATCH for step in large)


def test_both_views_of_a_pair_are_of_one_image():
    source = labelled(6, views=lambda images: images.float())
    for views in source.pairs(3):
        first, second = views.chunk(2)
        assert torch.equal(first, second)
        assert len(first) == 6
    transformed = one_by_one(compute_test_transform())(source.images)
    assert transformed.shape == (6, 3, 16, 16)


def test_an_arm_spends_its_steps_and_leaves_the_model_and_the_same_seed_gives_the_same(model):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    few, all_of_them = labelled(4), labelled(24)
    run = [run_arm(model, few, all_of_them, (2, 3), (Rates(), Rates()), 2, 0, nt_xent) for _ in range(2)]
    (one, cost), (other, _) = run
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)
    torch.testing.assert_close(one.state_dict(), other.state_dict(), rtol=0, atol=0)
    assert (cost.steps, cost.images) == (2 + 3, 2 * 2 * 24 + 3 * BATCH)
    _, scratch = run_arm(model, few, all_of_them, (0, 3), (Rates(), Rates()), 2, 0, nt_xent)
    assert (scratch.steps, scratch.images) == (3, 3 * BATCH)


def test_pretraining_lowers_the_loss_at_the_temperature_of_the_notebook(model):
    asked = []

    def loss(left, right, temperature):
        asked.append((temperature, nt_xent(left, right, temperature)))
        return asked[-1][1]

    torch.manual_seed(1)
    trained = Model(8, "small")

    def views(images):
        return images / 255 - 0.5 + 0.1 * torch.randn(images.shape)

    pretrain(trained, labelled(24, views), 12, Rates(3e-3), loss, TEMPERATURE, seed=0)
    assert asked[-1][1] < asked[0][1] - 0.1
    cells = json.loads((ROOT / "notebooks" / "SelfSupervisedLearning.ipynb").read_text())["cells"]
    (code,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "neighbors")
    assert f"temperature = budget(8, 1), 128, {asked[0][0]:g}\n" in code


def test_labels_are_learned_by_training_and_by_a_probe(model):
    source = labelled(24)
    trained, cost = train_labelled(model, source, 12, Rates(1e-2), 2, seed=0)
    assert accuracy(trained, source.images, source.labels) == 100
    probed, _ = probe(model, source.images, source.labels, 60, Rates(1e-2), 2, seed=0)
    assert accuracy(probed, source.images, source.labels) == 100
    same = zip(probed.f.parameters(), model.f.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in same)
    assert cost.cpu_seconds > 0


def test_the_time_of_a_step_is_measured_and_the_random_numbers_of_the_model_stay(model):
    source = labelled(8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    each = step_seconds(model, source, source, 2, nt_xent, steps=1, rounds=2)
    assert each.pretraining > 0
    assert each.labelled > 0
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)


def test_a_comparison_has_both_contrasts_of_equal_data_with_intervals(monkeypatch):
    monkeypatch.setattr(
        "cs231n.simclr.comparison.step_seconds",
        lambda *inputs, rounds: StepSeconds(pretraining=0.02, labelled=0.01),
    )
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    sets = noise(24), noise(20, seed=1)
    found = compare(
        lambda: Model(8, "small"), *sets, labelled(1).views, nt_xent, 2, 0.5, 0.08, seeds=2, progress=False
    )
    assert torch.equal(torch.rand(2), expected)
    scratch, equal, more = Arm(0, labels=2), Arm(0.5, labels=2), Arm(0.5, "all", 2)
    ceiling, all_equal = Arm(0, labels=None), Arm(0.5, labels=None)
    assert set(found.accuracies) == {scratch, equal, more, ceiling, all_equal}
    assert found.pairs == ((equal, scratch), (all_equal, ceiling), (more, scratch))
    assert {arm: cost.steps for arm, cost in found.costs.items()} == {
        arm: 2 * sum(steps_of(arm.share, 0.08, StepSeconds(0.02, 0.01))) for arm in found.accuracies
    }
    # What SimCLR saw: both views of four labelled images, or of all 24.
    assert found.costs[equal].images == 2 * (2 * 2 * 4 + 4 * BATCH)
    assert found.costs[more].images == 2 * (2 * 2 * 24 + 4 * BATCH)
    differences = found.differences()
    pairs = [a - b for a, b in zip(found.accuracies[equal], found.accuracies[scratch], strict=True)]
    assert differences[equal, scratch] == interval(pairs)
    text = str(found)
    for part in ("2 seeds", "SimCLR on the same images, all labels", "− scratch, 2 labels a class: ", " ± "):
        assert part in text


def test_the_interval_is_students():
    mean, half = interval([1.0, 2.0, 3.0])
    assert mean == 2
    assert abs(half - 4.302653 * 1 / 3**0.5) < 1e-5
    assert interval([5.0]) == (5.0, None)


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


def test_views_of_a_batch_of_digits_are_those_of_one_by_one():
    """Of a bar of gray: mean, deviation and place of the brightness agree over a thousand views."""
    bar = torch.zeros(1, 3, 32, 32, dtype=torch.uint8)
    bar[..., 8:24, 14:20] = 200
    many = bar.repeat(1000, 1, 1, 1)
    torch.manual_seed(0)
    fast, slow = digit_views(many), one_by_one(digit_transform())(many)
    assert fast.shape == slow.shape
    assert torch.allclose(fast.mean(), slow.mean(), atol=0.02)
    assert torch.allclose(fast.std(dim=0).mean(), slow.std(dim=0).mean(), rtol=0.1)
    assert (fast.mean(dim=0) - slow.mean(dim=0)).abs().max() < 0.25
    means = [views.mean(dim=(1, 2, 3)).std() for views in (fast, slow)]
    assert torch.allclose(*means, rtol=0.1)


def test_views_of_a_batch_of_photos_have_the_chances_of_those_of_one_by_one():
    """Of a photo's tile: brightness, contrast, colors and place agree over many views, and what is gray."""
    tile = torch.from_numpy(load_photo_tiles("train")[0][300]).permute(2, 0, 1)
    many = tile.repeat(1000, 1, 1, 1)
    torch.manual_seed(0)
    fast, slow = photo_views(many), one_by_one(answer("compute_train_transform")(seed=1))(many)
    assert fast.shape == slow.shape == (1000, 3, 32, 32)
    for measure in (
        lambda views: views.mean(dim=(1, 2, 3)),
        lambda views: views.std(dim=(1, 2, 3)),
        lambda views: views.mean(dim=(2, 3)).std(dim=1),
        lambda views: views.mean(dim=(1, 2)).std(dim=1),
        lambda views: views.mean(dim=(1, 3)).std(dim=1),
    ):
        a, b = measure(fast), measure(slow)
        assert abs(a.mean() - b.mean()) < 0.2 * b.std()
        assert abs(a.std() / b.std() - 1) < 0.15
    deviation, mean = torch.tensor(CIFAR10_STD).view(3, 1, 1), torch.tensor(CIFAR10_MEAN).view(3, 1, 1)
    colors = fast * deviation + mean
    gray = (colors.amax(dim=1) - colors.amin(dim=1)).amax(dim=(1, 2)) < 1e-3
    assert 0.15 < gray.float().mean() < 0.25
    left = torch.zeros(3, 32, 32, dtype=torch.uint8)
    left[..., :16] = 200
    halves = photo_views(left.repeat(1000, 1, 1, 1)).mean(dim=(1, 2))
    brighter = halves[:, 0] > halves[:, -1]
    assert 0.4 < brighter[halves[:, 0] != halves[:, -1]].float().mean() < 0.6  # half of them are mirrored


# ---- the guess ----


SCRATCH, SIMCLR = Arm(0, labels=10), Arm(0.5, "all", labels=10)
MEASURED = Comparison({SCRATCH: [80.0], SIMCLR: [90.0]}, {}, ())


def test_a_guess_stands_beside_what_was_measured_the_worst_first():
    table = beside(MEASURED, {SCRATCH.name: 79, SIMCLR.name: 50.5})
    assert table.rows == [
        ["", "guessed", "measured", "difference"],
        ["SimCLR on all images, 10 labels a class", "50.5 %", "90.0 %", "+39.5"],
        ["scratch, 10 labels a class", "79.0 %", "80.0 %", "+1.0"],
    ]


def test_no_guess_is_no_error_and_is_told():
    assert "guessed nothing yet" in str(beside(MEASURED, {SCRATCH.name: None}))
    assert "guessed nothing yet" in beside(MEASURED, {})._repr_html_()


def test_the_comparison_speaks_chinese_and_guesses_keep_their_names():
    costs = dict.fromkeys((SCRATCH, SIMCLR), Cost())
    found = Comparison(MEASURED.accuracies, costs, ((SIMCLR, SCRATCH),))
    words.speak("zh")
    try:
        shown, guessed = found._repr_html_(), str(beside(found, {SCRATCH.name: 79}))
    finally:
        words.speak("en")
    assert "<td>从零训练，每类 10 个标签</td>" in shown
    assert "SimCLR 用全部图像，每类 10 个标签 − 从零训练，每类 10 个标签: +10.0" in shown
    assert not any(word in shown for word in ("scratch", "labels", "images", "seeds"))
    assert "从零训练，每类 10 个标签" in guessed


@pytest.mark.parametrize(
    ("guesses", "sentence"),
    [
        ({"magic": 50}, "no arm 'magic' to guess; there are scratch"),
        ({SCRATCH.name: "many"}, "write a number from 0 to 100"),
        ({SCRATCH.name: 800}, "write a number from 0 to 100"),
        ({SCRATCH.name: True}, "write a number from 0 to 100"),
        ({SCRATCH.name: float("nan")}, "write a number from 0 to 100"),
    ],
)
def test_a_guess_that_is_none_is_told(guesses, sentence):
    with pytest.raises(ValueError, match=sentence):
        beside(MEASURED, guesses)


def test_the_guess_is_drawn_on_its_bar():
    plots.show_bars({"scratch": 80.0, "SimCLR": 90.0}, "% right", guesses={"scratch": 95, "SimCLR": None})
    (ax,) = plt.gcf().axes
    marked = [tuple(map(float, point)) for each in ax.collections for point in each.get_offsets()]
    assert marked == [(95.0, 0.0)]
    assert ax.get_xlim()[1] > 95
    plt.close("all")
