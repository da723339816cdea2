"""Reading augmented views back, and the tests for what is random."""

import math

import pytest
import torch
from torchvision.transforms import functional as T

from cs231n.simclr.data_utils import compute_test_transform
from instructor.checks.distributions import ALPHA, frequency_is, largest_gap, same_distribution
from instructor.checks.views import Waves, bands, fates, pixels, purple, read_jitter
from instructor.core.seeds import Seeds


@pytest.fixture
def rng(request):
    return Seeds(30, request.node.name)


def picture(image):
    return T.to_pil_image(image.permute(2, 0, 1))


def view(image):
    return compute_test_transform()(image)[None]


def test_pixels_are_read_back_from_a_normalized_view(rng):
    image = rng.integers(0, 256, 32, 32, 3).to(torch.uint8)
    assert torch.equal(pixels(view(picture(image)))[0].round().to(torch.uint8), image.permute(2, 0, 1))


@pytest.mark.parametrize("interpolation", [T.InterpolationMode.BILINEAR, T.InterpolationMode.BICUBIC])
@pytest.mark.parametrize("flipped", [False, True])
def test_a_crop_is_located_whatever_became_of_its_colors(interpolation, flipped, rng):
    waves = Waves(rng, 44, 36)
    for top, left, height, width in ((0, 0, 44, 36), (3, 10, 20, 14), (25, 1, 12, 30), (30, 20, 13, 16)):
        crop = T.resized_crop(picture(waves.image), top, left, height, width, [32, 32], interpolation)
        crop = T.adjust_contrast(T.adjust_brightness(T.hflip(crop) if flipped else crop, 0.7), 1.3)
        found = waves.locate(view(crop))
        assert found.likeness > 0.97
        assert bool(found.mirrored) == flipped
        assert not found.upside_down
        box = [int(found.top), int(found.left), int(found.height), int(found.width)]
        assert all(abs(a - b) <= 2 for a, b in zip(box, (top, left, height, width), strict=True))


def test_another_picture_is_not_like_any_crop(rng):
    waves, other = Waves(rng, 40, 40), Waves(rng, 40, 40)
    likeness = waves.locate(view(T.resize(picture(other.image), [32, 32]))).likeness
    assert likeness < 0.97


@pytest.mark.parametrize("interpolation", [T.InterpolationMode.BILINEAR, T.InterpolationMode.BICUBIC])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_factors_of_the_color_jitter_are_read_back(interpolation, order, rng):
    adjust = (T.adjust_brightness, T.adjust_contrast, T.adjust_saturation, T.adjust_hue)
    for _ in range(10):
        factors = [rng.uniform(0.6, 1.4) for _ in range(3)] + [rng.uniform(-0.1, 0.1)]
        left, width = rng.integer(3, 6), rng.integer(22, 25)
        crop = T.resized_crop(picture(bands()), 5, left, 20, width, [32, 32], interpolation)
        for k in order:
            crop = adjust[k](crop, factors[k])
        found = read_jitter(view(crop))
        assert len(found.hue) == 1
        measured = [found.brightness, found.contrast, found.saturation]
        for value, factor in zip(measured, factors[:3], strict=True):
            assert value.item() == pytest.approx(factor, abs=0.06)
        assert found.hue.item() == pytest.approx(factors[3], abs=0.012)


def test_views_that_do_not_show_all_bands_in_color_are_left_out():
    narrow = T.resized_crop(picture(bands()), 0, 0, 32, 10, [32, 32])
    gray = T.rgb_to_grayscale(picture(bands()), 3)
    assert len(read_jitter(torch.cat([view(narrow), view(gray)])).hue) == 0


def test_gray_and_jittered_views_are_told_apart():
    plain = picture(purple())
    jittered = T.adjust_hue(T.adjust_brightness(plain, 0.8), 0.05)
    views = torch.cat(
        [view(v) for v in (plain, jittered, T.rgb_to_grayscale(plain, 3), T.rgb_to_grayscale(jittered, 3))]
    )
    gray, unchanged = fates(views)
    assert gray.tolist() == [False, False, True, True]
    assert unchanged.tolist() == [True, False, True, False]


def test_a_right_frequency_is_believed_in_all_but_one_of_a_hundred_million_runs():
    n, p = 1600, 0.2
    coefficients = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(n + 1)]
    chance = [math.exp(c + k * math.log(p) + (n - k) * math.log(1 - p)) for k, c in enumerate(coefficients)]
    doubted = sum(c for k, c in enumerate(chance) if not frequency_is(k, n, p))
    assert 0 < doubted <= ALPHA


@pytest.mark.parametrize("wrong", [0.0, 0.1, 0.3, 0.8])
def test_a_wrong_frequency_is_doubted(wrong):
    assert not frequency_is(round(1600 * wrong), 1600, 0.2)


def test_samples_of_one_distribution_agree_and_others_do_not(rng):
    model = rng.rand(4000)
    assert all(same_distribution(rng.rand(1200), model) for _ in range(200))
    assert not same_distribution(0.2 + 0.8 * rng.rand(1200), model)
    assert not same_distribution(torch.full((1200,), 0.5), model)


def test_the_largest_gap_counts_ties():
    assert largest_gap(torch.zeros(10), torch.zeros(5)) == 0
    assert largest_gap(torch.zeros(10), torch.ones(5)) == 1
