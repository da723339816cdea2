"""The canvas and the lens of class visualization, and the plots of the notebooks."""

import matplotlib
import numpy as np
import pytest
import torch

from cs231n import plots
from cs231n.canvas import Frequencies, Pixels, RandomTransform, learning_rate_for
from cs231n.image_utils import SQUEEZENET_MEAN, SQUEEZENET_STD

matplotlib.use("Agg")


def colors_of(picture):
    mean, std = (torch.tensor(x).view(3, 1, 1) for x in (SQUEEZENET_MEAN, SQUEEZENET_STD))
    return picture[0] * std + mean


@pytest.mark.parametrize("size", [8, 15, 32])
def test_no_paint_is_a_gray_picture_and_much_paint_stays_within_the_colors_of_a_screen(size):
    canvas = Frequencies(size)
    assert torch.allclose(colors_of(canvas(torch.zeros(1, 3, size, size))), torch.tensor(0.5), atol=1e-5)
    wild = colors_of(canvas(100 * torch.randn(1, 3, size, size, generator=torch.manual_seed(0))))
    assert wild.min() >= -1e-5
    assert wild.max() <= 1 + 1e-5


def test_the_same_paint_makes_slow_waves_stronger_than_fast_ones():
    canvas, size = Frequencies(32), 32
    contrast = []
    for wave in (1, 4, 15):
        paint = torch.zeros(1, 3, size, size)
        paint[0, 0, 0, wave] = 5.0
        contrast.append(canvas(paint).std().item())
    assert contrast[0] > 2 * contrast[1] > 4 * contrast[2] > 0


def test_brightness_takes_less_paint_than_hue():
    canvas = Frequencies(16)
    spread = []
    for channel in range(3):
        paint = torch.zeros(1, 3, 16, 16)
        paint[0, channel, 0, 1] = 1.0
        spread.append(canvas(paint).std().item())
    assert spread[0] > spread[1] > spread[2] > 0


def test_every_bit_of_paint_reaches_the_picture():
    canvas = Frequencies(9)
    paint = torch.randn(1, 3, 9, 9, generator=torch.manual_seed(1)).requires_grad_()
    weights = torch.randn(1, 3, 9, 9, generator=torch.manual_seed(2))
    (canvas(paint) * weights).sum().backward()
    assert (paint.grad.abs() > 0).all()


def test_a_lens_that_does_not_move_shows_the_picture_as_it_is():
    pictures = torch.rand(2, 3, 12, 16, generator=torch.manual_seed(0))
    still = RandomTransform(torch.nn.Identity(), shift=0, scale=0, turn=0)
    assert torch.allclose(still(pictures), pictures, atol=1e-5)


def test_a_shifting_lens_moves_no_further_than_it_says_and_each_picture_on_its_own():
    torch.manual_seed(0)
    column = torch.arange(40.0).expand(1, 3, 40, 40)  # the color tells the place
    lens = RandomTransform(torch.nn.Identity(), shift=5, scale=0, turn=0)
    moved = [(lens(column) - column)[0, 0, 20, 20].item() for _ in range(200)]
    assert max(moved) <= 5.001
    assert min(moved) >= -5.001
    assert max(moved) > 4
    assert min(moved) < -4
    two = lens(column.expand(2, -1, -1, -1))
    assert not torch.allclose(two[0], two[1])


def test_a_turning_lens_keeps_lengths_and_right_angles_also_of_a_picture_that_is_not_square(monkeypatch):
    H, W = 40, 80
    rows, columns = torch.meshgrid(torch.arange(float(H)), torch.arange(float(W)), indexing="ij")
    places = torch.stack([columns, rows])[None]  # the colors tell the place
    monkeypatch.setattr(torch, "rand", lambda *shape: torch.ones(shape))  # the largest turn
    seen = RandomTransform(torch.nn.Identity(), shift=0, scale=0, turn=30)(places)[0]
    right = seen[:, 20, 41] - seen[:, 20, 40]
    down = seen[:, 21, 40] - seen[:, 20, 40]
    cos, sin = np.cos(np.radians(30)), np.sin(np.radians(30))
    torch.testing.assert_close(right, torch.tensor([cos, sin], dtype=torch.float32), atol=1e-4, rtol=0)
    torch.testing.assert_close(down, torch.tensor([-sin, cos], dtype=torch.float32), atol=1e-4, rtol=0)


def raw_step(img, model, target_y, l2_reg, learning_rate):
    objective = model(img)[0, target_y] - l2_reg * img.square().sum()
    (gradient,) = torch.autograd.grad(objective, img)
    with torch.no_grad():
        img += learning_rate * gradient


def normalized_step(img, model, target_y, l2_reg, learning_rate):
    before = img.detach().clone()
    raw_step(img, model, target_y, l2_reg, 1.0)
    with torch.no_grad():
        change = img - before
        img.copy_(before + learning_rate * change / change.norm())


@pytest.mark.parametrize("step", [raw_step, normalized_step])
@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_either_kind_of_step_gets_a_learning_rate_that_makes_it_as_long_as_wished(step, scale):
    model = torch.nn.Sequential(Pixels(), torch.nn.Flatten(), torch.nn.Linear(48, 5)).requires_grad_(False)
    model[2].weight *= scale
    paint = torch.randn(1, 3, 4, 4, generator=torch.manual_seed(0)).requires_grad_()
    before = paint.detach().clone()
    rate = learning_rate_for(7.0, step, paint, model, 2, 1e-3)
    assert torch.equal(paint, before)
    step(paint, model, 2, 1e-3, rate)
    assert (paint - before).norm().item() == pytest.approx(7.0, rel=1e-4)


def stand_still(img, *_):
    pass


def explode(img, *_):
    with torch.no_grad():
        img += float("inf")


@pytest.mark.parametrize("step", [stand_still, explode])
def test_a_step_that_moves_nothing_or_too_far_gets_the_plain_length(step):
    paint = torch.zeros(1, 3, 4, 4, requires_grad=True)
    assert learning_rate_for(7.0, step, paint, None, 0, 0.0) == 7.0


PHOTO = np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8)
UNIT = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
FIGURES = {
    "images": lambda: plots.show_images(
        [PHOTO] * 7, ["a\nb"] * 7, columns=3, right=[True, False] * 3 + [True]
    ),
    "untitled": lambda: plots.show_images([PHOTO]),
    "saliency": lambda: plots.show_saliency([PHOTO], torch.rand(1, 20, 24), ["a"]),
    "a map of zeros": lambda: plots.show_saliency([PHOTO], torch.zeros(1, 20, 24), ["a"]),
    "fooling": lambda: plots.show_fooling(
        PHOTO / 255, PHOTO / 255, np.eye(9)[0], np.eye(9)[1], list("abcdefghi"), 4
    ),
    "curves": lambda: plots.show_curves({"a": [1, 2], "b": ([3], [4])}, "x", "y", level=(1, "c"), log=True),
    "curves over factors": lambda: plots.show_curves({"a": ([1, 10], [1, 2])}, "x", "y", log_steps=True),
    "vectors": lambda: plots.show_vectors(UNIT, ["a", "b", "c"], [0, 1, 0]),
    "matrix": lambda: plots.show_matrix(UNIT @ UNIT.T, title="t"),
    "large matrix": lambda: plots.show_matrix(torch.eye(30)),
    "maps": lambda: plots.show_maps({"a": torch.rand(9, 2), "b": np.eye(9, 2)}, [0, 1, 2] * 3),
    "maps with names": lambda: plots.show_maps({"a": torch.rand(3, 2)}, [0, 1, 1], ["bag", "coat"]),
    "bars": lambda: plots.show_bars({"a": 3.0, "b": 0.0}, "x", highlight=["b"]),
    "spread": lambda: plots.show_spread({"a": [0.1, 0.3], "b": [0.2]}, "x", level="a"),
    "bars of nothing": lambda: plots.show_bars({"a": 0.0}, "x"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_each_picture_is_drawn_without_a_warning(name):
    plots.plt.close("all")
    assert FIGURES[name]() is None
    (figure,) = map(plots.plt.figure, plots.plt.get_fignums())
    figure.canvas.draw()
    plots.plt.close("all")


def test_colors_are_those_before_the_normalization():
    X = torch.randn(3, 4, 5, generator=torch.manual_seed(0))
    colors = plots.to_colors(X, mean=[0.1, 0.2, 0.3], std=[1.0, 2.0, 0.5])
    assert colors.shape == (4, 5, 3)
    assert colors[1, 2, 1] == pytest.approx(0.2 + 2 * X[1, 1, 2].item(), abs=1e-6)
