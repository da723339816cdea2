"""CIFAR10Pair: two draws of the dataset's own transform on one image, and that image's class."""

import random

import torch

from instructor.checks.judging import agrees, expect, expect_list, expect_tensor
from instructor.checks.marking import check
from instructor.core.seeds import Seeds

TASK = "CIFAR10Pair"
SHAPE = (3, 32, 32)
CALLS = 16  # of the transform for one item, beyond which its draws are not looked at


@check(TASK, "two_views")
def test_pair_views_of_the_image(student, rng):
    """Both views are what the dataset's transform makes of the image at the index asked for."""
    images, targets = _dataset(rng)
    indices = rng.permutation(len(targets)).tolist()
    for index, (first, second, _), marks in _items(student, images, targets, indices, rng.seed()):
        image = images[index].permute(2, 0, 1).double()
        for name, view in (("x_i", first), ("x_j", second)):
            view = expect_tensor(view, SHAPE, name)
            fits = any(agrees(view, image + mark, 1e-6) for mark in marks)
            expect(fits, f"{name} is not what self.transform gives for the image")


@check(TASK, "two_views")
def test_pair_views_are_two_draws(student, rng):
    """Each view is a random draw of its own, also when an image is asked for again."""
    images, targets = _dataset(rng)
    indices = rng.permutation(len(targets)).tolist()
    seen: dict[int, torch.Tensor] = {}
    for index, (first, second, _), marks in _items(student, images, targets, 2 * indices, rng.seed()):
        expect(len(marks) >= 2, "the transform is called once for two views")
        first, second = expect_tensor(first, SHAPE, "x_i"), expect_tensor(second, SHAPE, "x_j")
        expect(not agrees(first, second, 1e-6), "x_i and x_j are the same view")
        again = index in seen and agrees(first, seen[index], 1e-6)
        expect(not again, "an image that is asked for twice gives the same views both times")
        seen[index] = first


@check(TASK, "target")
def test_pair_target(student, rng):
    """The third entry is the class of the image, after target_transform if there is one."""
    images, targets = _dataset(rng)
    indices = rng.permutation(len(targets)).tolist()
    for shift in (None, rng.integer(10, 1000)):
        for index, item, _ in _items(student, images, targets, indices, rng.seed(), shift):
            target = item[2].item() if isinstance(item[2], torch.Tensor) and item[2].numel() == 1 else item[2]
            expect(isinstance(target, int | float), "the target is not a number")
            expect(target == targets[index] + (shift or 0), "the target is not the class of the image")
            image = images[index].permute(2, 0, 1).double()
            for name, view in (("x_i", item[0]), ("x_j", item[1])):
                plain = expect_tensor(view, SHAPE, name) - image
                expect(float(plain.std()) < 1e-3, f"{name} is not what self.transform gives for the image")


def _dataset(rng: Seeds, N: int = 7) -> tuple[torch.Tensor, list[int]]:
    """Random images (N, 32, 32, 3) with classes that are all different."""
    return rng.integers(0, 256, N, 32, 32, 3).to(torch.uint8), rng.permutation(10)[:N].tolist()


def _draws(seed: int, count: int) -> list[float]:
    """What a transform draws that is called `count` times; see `drivers.pair_items`."""
    python = random.Random(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return [float(torch.rand(()).double() + python.random()) for _ in range(count)]


def _items(student, images, targets, indices, seed, shift=None):
    """For each index: the index, its item of three entries, and the offsets drawn for it."""
    given = student.drive(
        "pair_items", images=images, targets=targets, indices=indices, seed=seed, shift=shift
    )
    items = expect_list(given["items"], len(indices), "the items")
    draws = expect_list(given["marks"], len(indices), "the draws")
    expect(all(isinstance(each, list) and len(each) <= CALLS for each in draws), "the draws are too many")
    drawn = [float(mark) for marks in draws for mark in marks]
    expect(
        drawn == _draws(seed, len(drawn)),
        "the views are not the draws of self.transform, one by one",
    )
    for index, item, marks in zip(indices, items, draws, strict=True):
        expect(isinstance(item, tuple | list) and len(item) == 3, "an item is not (x_i, x_j, target)")
        yield index, item, marks
