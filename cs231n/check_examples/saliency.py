"""Saliency maps and integrated gradients that can be read off the weights."""

import torch
import torch.nn.functional as F

from ..words import t
from .expect import expect_close, expect_tensor, expect_unchanged
from .small_networks import Scores

CLASS_0 = {(0, 0): (1, -4, 2), (1, 2): (3, 0, -1)}
CLASS_1 = {(0, 1): (-2, -2, -5), (1, 0): (6, 1, 1)}
MAP_0 = [[4.0, 0, 0], [0, 0, 3]]
MAP_1 = [[0, 5.0, 0], [6, 0, 0]]
WHAT = "the saliency (image, row, column)"
BECAUSE = (
    "the scores are linear here, so the gradient of a class's score is its weights; pixel (0, 0) of class 0 "
    "has the weights 1, -4 and 2, and the largest magnitude of the three is 4."
)
TRAINING = (
    "in training mode the scores of this network are three times as large. Is the given line model.eval() "
    "still there, and does nothing set the mode after it?"
)


def _maps(X, y, model):
    from ..net_visualization_pytorch import compute_saliency_maps

    return compute_saliency_maps(X, torch.as_tensor(y), model)


def _expect_maps(X, y, model, expected, what, because):
    """Expect these maps; where the maps are those of a usual misreading, say which one."""
    maps = _maps(X, y, model)
    expect_close(maps, expected, t(what), t(because), likely=_misread(maps))


def _misread(maps):
    """What to say of wrong maps, when on a network without any pattern they are those of a misreading."""
    generator = torch.Generator().manual_seed(0)
    X, y = torch.randn(3, 3, 2, 3, generator=generator), torch.tensor([2, 0, 1])
    model = Scores([{}, {}, {}], bias=[0.3, -0.2, 0.1], power=2)
    model.weight.data = 0.3 * torch.randn(model.weight.shape, generator=generator)
    try:
        given = _maps(X, y, model)
    except Exception:  # the message about the value stands
        return
    for sentence, other in _misreadings(X, y, model):
        if isinstance(given, torch.Tensor) and given.shape == other.shape and torch.allclose(given, other):
            yield sentence, maps.detach().float()
            return


def _misreadings(X, y, model):
    """What usual misreadings of the task give, with what to say of each."""
    own = _slope_of(X, model, lambda scores: sum(row[c] for row, c in zip(scores, y, strict=True)))

    def of(number):
        return _slope_of(X, model, number).abs().amax(1)

    yield (
        t(
            "this is the map of the probability. Take the unnormalized score, before the softmax: a "
            "probability also rises where other scores fall."
        ),
        of(lambda scores: scores.softmax(-1)[range(len(y)), y].sum()),
    )
    for average in ("mean", "sum"):
        yield (
            t(
                "this is the map of the cross-entropy. Take the unnormalized score of the class itself, "
                "which no "
                "other score has a part in."
            ),
            of(lambda scores, how=average: F.cross_entropy(scores, y, reduction=how)),
        )
    yield (
        t(
            "each map also shows the classes of the other images: scores[:, y] takes every class of y for "
            "every "
            "image. Pair image k with y[k]."
        ),
        of(lambda scores: sum(scores[:, c].sum() for c in y)),
    )
    yield (
        t(
            "the map is {N} times too small: the scores of the N = {N} images are averaged. Add them up, "
            "so that "
            "each image's gradient is its own.",
            N=len(X),
        ),
        own.abs().amax(1) / len(X),
    )
    yield (
        t("the map is of the class with the highest score. Take the class that y says, right or wrong."),
        of(lambda scores: scores.amax(1).sum()),
    )
    signs = t("take the magnitude of each channel's gradient first, then the largest of the three.")
    yield signs, own.amax(1)
    yield signs, own.amax(1).abs()
    three = t("of the three channels the largest magnitude counts, not their sum or their mean.")
    yield three, own.abs().sum(1)
    yield three, own.abs().sum(1) / 3


def _slope_of(X, model, number):
    """The gradient, with respect to the images, of one number made of their scores."""
    images = X.detach().clone().requires_grad_()
    return torch.autograd.grad(number(model.eval()(images)), images)[0]


def saliency_of_linear_scores():
    """With linear scores the map can be read off the weights, whichever class has the highest score."""
    model = Scores([CLASS_0, CLASS_1, {}], bias=[0.0, 0.0, 100.0])
    _expect_maps(torch.ones(2, 3, 2, 3), [0, 1], model, [MAP_0, MAP_1], WHAT, BECAUSE)


def saliency_of_one_image_and_of_seven():
    """A batch of any size gives one map an image."""
    model = Scores([CLASS_0, CLASS_1])
    _expect_maps(torch.ones(1, 3, 2, 3), [1], model, [MAP_1], "the saliency of a single image", BECAUSE)
    expected = [MAP_0, MAP_1, MAP_1, MAP_0, MAP_1, MAP_0, MAP_0]
    y = [0, 1, 1, 0, 1, 0, 0]
    _expect_maps(torch.rand(7, 3, 2, 3), y, model, expected, "the saliency of seven images", BECAUSE)


def saliency_follows_the_image():
    """With squared pixels the gradient is 2 × weight × pixel, so the map depends on the image."""
    model = Scores([CLASS_0, CLASS_1], power=2)
    expected = 6 * torch.tensor([MAP_0])
    because = "the gradient is 2 · weight · pixel here."
    _expect_maps(torch.full((1, 3, 2, 3), -3.0), [0], model, expected, "the saliency", because)


def saliency_in_evaluation_mode():
    """A network that comes in training mode is asked in evaluation mode, in which it is used."""
    model = Scores([CLASS_0, CLASS_1], training=3).train()
    expect_close(_maps(torch.ones(1, 3, 2, 3), [0], model), [MAP_0], t("the saliency"), t(TRAINING))


def saliency_leaves_its_inputs_alone():
    """The images, the labels and the weights keep their values."""
    model = Scores([CLASS_0, CLASS_1])
    X, y = torch.rand(2, 3, 2, 3), torch.tensor([1, 0])
    X_before, y_before, weight_before = X.clone(), y.clone(), model.weight.detach().clone()
    expect_tensor(_maps(X, y, model), (2, 2, 3), t("the saliency"))
    expect_unchanged(X, X_before, "X")
    expect_unchanged(y, y_before, "y")
    expect_unchanged(model.weight, weight_before, t("the model"))


def attribution_of_linear_scores():
    """With linear scores the gradient is the same all the way: each value gets weight × value."""
    from ..net_visualization_pytorch import integrated_gradients

    model = Scores([CLASS_0, CLASS_1])
    X = torch.full((1, 3, 2, 3), 2.0)
    given = integrated_gradients(X, torch.tensor([1]), model, steps=3)
    because = t("the scores are linear here, so that a value 2 with the weight w gets 2 · w.")
    expect_close(given, 2 * model.weight.detach()[1:2], t("the attribution"), because)


def attribution_of_squared_pixels():
    """With squared pixels the mean gradient on the way is weight × value: each value gets weight × value²."""
    from ..net_visualization_pytorch import integrated_gradients

    model = Scores([CLASS_0, CLASS_1], power=2)
    X = torch.tensor([3.0, -1.0]).view(2, 1, 1, 1).expand(2, 3, 2, 3).contiguous()
    weights = model.weight.detach()
    expected = torch.stack([9 * weights[0], weights[1]])
    because = t("the gradient grows evenly from 0 to 2 · weight · value, so its mean is weight · value.")
    for steps in (1, 4):
        given = integrated_gradients(X, torch.tensor([0, 1]), model, steps=steps)
        expect_close(given, expected, t("the attribution with {steps} steps", steps=steps), because)


def attribution_in_evaluation_mode():
    """A network that comes in training mode is asked in evaluation mode, in which it is used."""
    from ..net_visualization_pytorch import integrated_gradients

    model = Scores([CLASS_0, CLASS_1], training=3).train()
    given = integrated_gradients(torch.ones(1, 3, 2, 3), torch.tensor([1]), model, steps=2)
    expect_close(given, model.weight.detach()[1:2], t("the attribution"), t(TRAINING))


EXAMPLES = {
    "compute_saliency_maps": (
        saliency_of_linear_scores,
        saliency_of_one_image_and_of_seven,
        saliency_follows_the_image,
        saliency_in_evaluation_mode,
        saliency_leaves_its_inputs_alone,
    ),
    "integrated_gradients": (
        attribution_of_linear_scores,
        attribution_of_squared_pixels,
        attribution_in_evaluation_mode,
    ),
}
