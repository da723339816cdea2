"""Saliency maps and integrated gradients that can be read off the weights."""

import torch

from .expect import expect_close, expect_tensor, expect_unchanged
from .small_networks import Scores

CLASS_0 = {(0, 0): (1, -4, 2), (1, 2): (3, 0, -1)}
CLASS_1 = {(0, 1): (-2, -2, -5), (1, 0): (6, 1, 1)}
MAP_0 = [[4.0, 0, 0], [0, 0, 3]]
MAP_1 = [[0, 5.0, 0], [6, 0, 0]]
BECAUSE = (
    "the scores are linear here, so the gradient of a class's score is its weights; pixel (0, 0) of class 0 "
    "has the weights 1, -4 and 2, and the largest magnitude of the three is 4."
)


def _maps(X, y, model):
    from ..net_visualization_pytorch import compute_saliency_maps

    return compute_saliency_maps(X, torch.as_tensor(y), model)


def saliency_of_linear_scores():
    """With linear scores the map can be read off the weights, whichever class has the highest score."""
    model = Scores([CLASS_0, CLASS_1, {}], bias=[0.0, 0.0, 100.0])
    maps = _maps(torch.ones(2, 3, 2, 3), [0, 1], model)
    expect_close(maps, [MAP_0, MAP_1], "the saliency (image, row, column)", BECAUSE)


def saliency_of_one_image_and_of_seven():
    """A batch of any size gives one map an image."""
    model = Scores([CLASS_0, CLASS_1])
    expect_close(
        _maps(torch.ones(1, 3, 2, 3), [1], model), [MAP_1], "the saliency of a single image", BECAUSE
    )
    seven = _maps(torch.rand(7, 3, 2, 3), [0, 1, 1, 0, 1, 0, 0], model)
    expected = [MAP_0, MAP_1, MAP_1, MAP_0, MAP_1, MAP_0, MAP_0]
    expect_close(seven, expected, "the saliency of seven images", BECAUSE)


def saliency_follows_the_image():
    """With squared pixels the gradient is 2 × weight × pixel, so the map depends on the image."""
    model = Scores([CLASS_0, CLASS_1], power=2)
    X = torch.full((1, 3, 2, 3), -3.0)
    expected = 6 * torch.tensor([MAP_0])
    expect_close(_maps(X, [0], model), expected, "the saliency", "the gradient is 2 · weight · pixel here.")


def saliency_in_evaluation_mode():
    """A network that comes in training mode is asked in evaluation mode, in which it is used."""
    model = Scores([CLASS_0, CLASS_1], training=3).train()
    because = "in training mode the scores of this network are three times as large."
    expect_close(_maps(torch.ones(1, 3, 2, 3), [0], model), [MAP_0], "the saliency", because)


def saliency_leaves_its_inputs_alone():
    """The images, the labels and the weights keep their values."""
    model = Scores([CLASS_0, CLASS_1])
    X, y = torch.rand(2, 3, 2, 3), torch.tensor([1, 0])
    X_before, y_before, weight_before = X.clone(), y.clone(), model.weight.detach().clone()
    expect_tensor(_maps(X, y, model), (2, 2, 3), "the saliency")
    expect_unchanged(X, X_before, "X")
    expect_unchanged(y, y_before, "y")
    expect_unchanged(model.weight, weight_before, "the model")


def attribution_of_linear_scores():
    """With linear scores the gradient is the same all the way: each value gets weight × value."""
    from ..net_visualization_pytorch import integrated_gradients

    model = Scores([CLASS_0, CLASS_1])
    X = torch.full((1, 3, 2, 3), 2.0)
    given = integrated_gradients(X, torch.tensor([1]), model, steps=3)
    because = "the scores are linear here, so that a value 2 with the weight w gets 2 · w."
    expect_close(given, 2 * model.weight.detach()[1:2], "the attribution", because)


def attribution_of_squared_pixels():
    """With squared pixels the mean gradient on the way is weight × value: each value gets weight × value²."""
    from ..net_visualization_pytorch import integrated_gradients

    model = Scores([CLASS_0, CLASS_1], power=2)
    X = torch.tensor([3.0, -1.0]).view(2, 1, 1, 1).expand(2, 3, 2, 3).contiguous()
    weights = model.weight.detach()
    expected = torch.stack([9 * weights[0], weights[1]])
    because = "the gradient grows evenly from 0 to 2 · weight · value, so its mean is weight · value."
    for steps in (1, 4):
        given = integrated_gradients(X, torch.tensor([0, 1]), model, steps=steps)
        expect_close(given, expected, f"the attribution with {steps} steps", because)


def attribution_in_evaluation_mode():
    """A network that comes in training mode is asked in evaluation mode, in which it is used."""
    from ..net_visualization_pytorch import integrated_gradients

    model = Scores([CLASS_0, CLASS_1], training=3).train()
    given = integrated_gradients(torch.ones(1, 3, 2, 3), torch.tensor([1]), model, steps=2)
    because = "in training mode the scores of this network are three times as large."
    expect_close(given, model.weight.detach()[1:2], "the attribution", because)


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
