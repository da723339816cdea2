"""The train transform, judged by what many draws of it do to images made for the purpose."""

from collections.abc import Iterator

import torch
from torchvision.transforms import RandomResizedCrop

from instructor.checks.distributions import (
    PARTS,
    at_least,
    at_most,
    frequency_is,
    same_distribution,
    until_sure,
)
from instructor.checks.judging import expect, expect_tensor
from instructor.checks.marking import check
from instructor.checks.views import Waves, bands, blue, fates, pixels, purple, read_jitter, tints, turned
from instructor.core.seeds import Seeds, remembered

TASK = "compute_train_transform"


@check(TASK, "geometry", heavy=True)
def test_transform_crop(student, rng):
    """A random part, of 8 % to 100 % of the area and not far from square, anywhere in the image."""
    height, width = 44, 36
    waves = Waves(rng, height, width)
    views = _views(student, rng, waves.image, 1200)
    top, left, tall, wide = _drawn_crops(rng, height, width).T

    def judge(views, share):
        crops = waves.locate(views)
        n, alike = len(views), int((crops.likeness > 0.95).sum())
        expect(at_least(alike, n, 0.5, share), "the views are not parts of the image, resized")
        area, shape = crops.width * crops.height / (width * height), (crops.width / crops.height).log()
        expect(area.std() > 0.01, "every view shows a part of the same size")
        same = same_distribution(area, wide * tall / (width * height), 0.03, share)
        small = at_most(int((area < 0.065).sum()), n, 0.01, share)
        small = small and at_least(int((area < 0.12).sum()), n, 0.01, share)
        expect(same and small, "the parts are larger or smaller than they should be")
        same = same_distribution(shape, (wide / tall).log(), 0.03, share)
        expect(same, "the parts have other shapes than they should")
        places = _place(crops.left, crops.width, width), _place(left, wide, width)
        same = same_distribution(*places, 0.03, share)
        expect(same, "from left to right, the parts do not lie anywhere in the image")
        places = _place(crops.top, crops.height, height), _place(top, tall, height)
        same = same_distribution(*places, 0.03, share)
        expect(same, "from top to bottom, the parts do not lie anywhere in the image")

    until_sure(views, judge)


@check(TASK, "geometry", heavy=True)
def test_transform_flip(student, rng):
    """Half of the views are flipped left to right, and none upside down."""
    waves, draws = Waves(rng, 32, 32, tinted=True), 1200

    def judge(views, share):
        crops = waves.locate(views)
        sure = crops.likeness > 0.95
        n = int(sure.sum())
        located = at_least(n, len(views), 0.5, share)
        expect(located, "the views are not parts of the image, flipped or not")
        area = (crops.width * crops.height)[sure] / 32**2
        expect(area.std() > 0.05, "the views of an image of 32 × 32 pixels all show parts of the same size")
        expect(crops.mirrored[sure].any(), "no view is flipped left to right")
        half = frequency_is(int((crops.mirrored & sure).sum()), n, 0.5, share)
        for part in range(0, len(views), draws // PARTS):  # each has a transform of its own
            own = slice(part, part + draws // PARTS)
            half = half and frequency_is(int((crops.mirrored & sure)[own].sum()), int(sure[own].sum()), 0.5)
        expect(half, "views are flipped left to right with another probability than 0.5")
        turned = int((crops.upside_down & sure).sum())
        expect(at_most(turned, n, 0.01, share), "some views are upside down")

    until_sure(_views(student, rng, waves.image, draws), judge)


@check(TASK, "color", heavy=True)
def test_transform_color_jitter(student, rng):
    """The color jitter acts with probability 0.8: brightness, contrast, saturation up to 0.4, hue to 0.1."""

    def judge(views, share):
        _, unchanged = fates(views)
        expect(not unchanged.all(), "no view has other colors than the image")
        often = frequency_is(int(unchanged.sum()), len(views), 0.2, share)
        expect(often, "colors are jittered with another probability than 0.8")

    def judge_factors(views, share):
        jitter = read_jitter(views)
        for name, low, high, margin in (
            ("brightness", 0.6, 1.4, 0.04),
            ("contrast", 0.6, 1.4, 0.05),
            ("saturation", 0.6, 1.4, 0.05),
            ("hue", -0.1, 0.1, 0.01),
        ):
            values = getattr(jitter, name)
            expect(len(values) > 300 * share, "hardly any view shows the colors of a whole image")
            beyond = int(((values < low - margin) | (values > high + margin)).sum())
            within = at_most(beyond, len(values), 0.03, share)
            expect(within, f"the {name} changes more than it should")
            reaches = bool(values.min() < low + margin) and bool(values.max() > high - margin)
            expect(reaches, f"the {name} changes less than it should")

    until_sure(_views(student, rng, purple(), 1600), judge)
    until_sure(_views(student, rng, bands(), 1600), judge_factors)


@check(TASK, "color", heavy=True)
def test_transform_grayscale(student, rng):
    """One view in five is gray, whether its colors are jittered or not."""

    def judge(views, share):
        gray, unchanged = fates(views)
        expect(gray.any(), "no view is gray")
        often = frequency_is(int(gray.sum()), len(gray), 0.2, share)
        expect(often, "views are made gray with another probability than 0.2")
        independent = frequency_is(int((gray & unchanged).sum()), len(gray), 0.2 * 0.2, share)
        expect(independent, "whether a view is gray depends on whether its colors are jittered")

    def judge_larger(views, share):
        gray, same = tints(views)
        often = frequency_is(int(gray.sum()), len(gray), 0.2, share)
        often = often and frequency_is(int(same.sum()), len(gray), 0.16, share)
        expect(
            often, "the colors of a larger image change with other probabilities than those of a small one"
        )

    until_sure(_views(student, rng, purple(), 1600), judge)
    until_sure(_views(student, rng, Waves(rng, 44, 36, tinted=True).image, 800), judge_larger)


@check(TASK, "color", heavy=True)
def test_transform_order(student, rng):
    """A view is made gray after its colors are jittered, not before."""

    def judge(views, share):
        gray, hue_first = turned(views)
        expect(gray.any(), "no view is gray")
        # In the right order that is about half of the gray views, in the other one none.
        later = at_least(int(hue_first.sum()), int(gray.sum()), 0.2, share)
        expect(later, "views are made gray before their colors are jittered")

    until_sure(_views(student, rng, blue(), 1200), judge)


@check(TASK, "output")
def test_transform_output(student, rng):
    """A view is a normalized float tensor (3, 32, 32) for images of any size, and draws differ."""
    for height, width in ((32, 32), (20, 44), (50, 33)):
        waves = Waves(rng, height, width, tinted=True)
        views = student.drive("train_transform_draws", image=waves.image, draws=40, seed=rng.seed())
        expect(isinstance(views, torch.Tensor), "the views of an image are not tensors of one shape")
        likeness = waves.locate(expect_tensor(views, (40, 3, 32, 32), "the views").float()).likeness
        expect(likeness.median() > 0.9, "the views do not show the image")
        image = rng.integers(0, 256, height, width, 3).to(torch.uint8)
        views = student.drive("train_transform_draws", image=image, draws=40, seed=rng.seed())
        expect(len(views) == 40, "the transform does not give one view for each image")
        for view in views:
            expect_tensor(view, (3, 32, 32), "a view")
            expect(view.dtype == torch.float32, "a view is not a float32 tensor")
        levels = pixels(torch.stack(list(views)))
        whole = (levels - levels.round()).abs().max() < 0.05 and levels.min() > -1 and levels.max() < 256
        expect(whole, "a view is not normalized with CIFAR-10's mean and std")
        expect(len(torch.unique(levels.flatten(1), dim=0)) > 30, "many views of an image are the same")


def _views(student, rng: Seeds, image: torch.Tensor, draws: int) -> Iterator[torch.Tensor]:
    """Up to `draws` views of an image, in PARTS tensors (draws / PARTS, 3, 32, 32), a transform for each."""
    seeds, n = [rng.seed() for _ in range(PARTS)], draws // PARTS

    def views(seed: int) -> torch.Tensor:
        part = student.drive("train_transform_draws", image=image, draws=n, seed=seed)
        expect(isinstance(part, torch.Tensor), "the views of an image are not tensors of one shape")
        return expect_tensor(part, (n, 3, 32, 32), "the views").float()

    return map(views, seeds)


@remembered()
def _drawn_crops(rng: Seeds, height: int, width: int, draws: int = 4000) -> torch.Tensor:
    """What RandomResizedCrop draws for an image of that size: top, left, height and width, (draws, 4)."""
    picture = torch.empty(3, height, width)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng.seed())
        boxes = [RandomResizedCrop.get_params(picture, [0.08, 1.0], [3 / 4, 4 / 3]) for _ in range(draws)]
    return torch.tensor(boxes)


def _place(start: torch.Tensor, length: torch.Tensor, whole: int) -> torch.Tensor:
    """Where a part lies within the room it has, from 0 to 1."""
    return torch.where(length < whole, start / (whole - length).clamp_min(1), 0.5)
