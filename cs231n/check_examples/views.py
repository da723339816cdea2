"""The random augmentation, looked at over many draws, and the pair of views."""

import numpy as np
import torch
from PIL import Image

from ..data_utils import CIFAR10_MEAN, CIFAR10_STD
from ..words import t
from .expect import expect, expect_tensor

DRAWS = 300


def _draws(image, count=DRAWS):
    """Many views of an image, with the normalization taken back: tensor (count, 3, 32, 32) in [0, 1]."""
    from ..simclr.data_utils import compute_train_transform

    try:
        transform = compute_train_transform()
    except TypeError as error:
        expect(
            "NoneType" not in str(error),
            t("augmentations is None; make it the list of the four transforms."),
        )
        raise
    views = [transform(Image.fromarray(image)) for _ in range(count)]
    expect_tensor(views[0], (3, 32, 32), t("a view"))
    mean, std = torch.tensor(CIFAR10_MEAN).view(3, 1, 1), torch.tensor(CIFAR10_STD).view(3, 1, 1)
    return torch.stack(views) * std + mean


def _share(happened):
    """How often something happened, in whole percent."""
    return round(100 * happened.float().mean().item())


def _bars():
    """A gray image, 128 × 128, of 16 upright bars, black and white in turn; the right end is brighter."""
    column = np.where(np.arange(128) // 8 % 2, 255, 0)
    return np.repeat(np.tile(column, (128, 1))[..., None], 3, axis=2).astype(np.uint8)


def view_is_a_color_image_of_32_by_32():
    """Photos of any size become tensors (3, 32, 32)."""
    rng = np.random.default_rng(0)
    for height, width in ((32, 32), (48, 40), (20, 64)):
        image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        what = t("a view of a {height} × {width} image", height=height, width=width)
        expect_tensor(_draws(image, 2)[0], (3, 32, 32), what)


def view_is_a_random_part():
    """Of 16 upright or level bars, a view shows sometimes most and sometimes few."""
    for image, direction in ((_bars(), "width"), (_bars().transpose(1, 0, 2), "height")):
        gray = _draws(image).mean(dim=1)  # (DRAWS, 32, 32)
        line = gray.mean(dim=1) if direction == "width" else gray.mean(dim=2)  # (DRAWS, 32)
        middle = (line.amax(dim=1) + line.amin(dim=1)) / 2
        edges = (line[:, 1:] > middle[:, None]).ne(line[:, :-1] > middle[:, None]).sum(dim=1)
        expect(
            edges.max() > 11,
            t(
                "no view shows most of the {direction} of the image; the part should be random.",
                direction=t(direction),
            ),
        )
        expect(
            edges.min() < 8,
            t(
                "no view shows less than half of the {direction} of the image; is there a crop?",
                direction=t(direction),
            ),
        )


def view_is_flipped_half_of_the_time():
    """An image that gets brighter to the right gets brighter to the left in about half of the views."""
    ramp = np.repeat(np.tile(np.linspace(20, 235, 64), (64, 1))[..., None], 3, axis=2).astype(np.uint8)
    views = _draws(ramp).mean(dim=1)
    flipped = _share(views[:, :, -8:].mean(dim=(1, 2)) < views[:, :, :8].mean(dim=(1, 2)))
    expect(
        38 <= flipped <= 62,
        t("about 50 % of the views should be flipped left to right, yours are in {share} %.", share=flipped),
    )
    views = _draws(ramp.transpose(1, 0, 2)).mean(dim=1)
    upside_down = _share(views[:, -8:].mean(dim=(1, 2)) < views[:, :8].mean(dim=(1, 2)))
    expect(upside_down == 0, t("some views are upside down; flip only left to right."))


def view_is_gray_one_time_in_five():
    """A plain red image becomes gray in about 20 % of the views, and keeps three channels."""
    gray = _gray(_draws(_red()))
    expect(
        12 <= _share(gray) <= 28,
        t("about 20 % of the views should be gray, yours are in {share} %.", share=_share(gray)),
    )


def view_has_new_colors_four_times_in_five():
    """Among the views of a plain red image that are not gray, about 80 % have another color."""
    views = _draws(_red())
    colored = views[~_gray(views)]
    red = torch.from_numpy(_red()[0, 0] / 255).view(3, 1, 1)
    changed = _share((colored - red).abs().amax(dim=(1, 2, 3)) > 2 / 255)
    expect(
        72 <= changed <= 88,
        t("the color jitter should change about 80 % of the views, yours changes {share} %.", share=changed),
    )


def _red():
    return np.tile(np.array([190, 70, 40], dtype=np.uint8), (40, 40, 1))


def _gray(views):
    return (views.amax(dim=1) - views.amin(dim=1)).amax(dim=(1, 2)) < 2 / 255


# ---- CIFAR10Pair ----


class _Numbered:
    """A transform that returns the brightness of the image and the number of the call."""

    def __init__(self):
        self.calls = 0

    def __call__(self, image):
        expect(isinstance(image, Image.Image), t("the transform must get the PIL image img."))
        self.calls += 1
        return torch.tensor([float(np.asarray(image).mean()), float(self.calls)])


def _item(index, **arguments):
    from ..simclr.datasets import ImagePairs

    images = np.stack([np.full((32, 32, 3), brightness, dtype=np.uint8) for brightness in (10, 20, 30)])
    item = ImagePairs(images, [7, 8, 9], **arguments)[index]
    expect(isinstance(item, tuple) and len(item) == 3, t("an item must be the tuple (x_i, x_j, target)."))
    return item


def pair_is_two_draws_of_one_image():
    """Both views come from the same image, each from its own call of the transform."""
    for index, brightness in ((0, 10), (2, 30)):
        x_i, x_j, _ = _item(index, transform=_Numbered())
        for name, view in (("x_i", x_i), ("x_j", x_j)):
            expect_tensor(view, (2,), t("{name}, with a transform that returns two numbers,", name=name))
            expect(
                view[0] == brightness,
                t("{name} must be the transform of image number {index}.", name=name, index=index),
            )
        expect(
            x_i[1] != x_j[1],
            t("x_i and x_j are the same draw; each view needs its own call of the transform."),
        )


def pair_comes_with_its_class():
    """The class is that of the image, through the target transform when there is one."""
    expect(_item(1, transform=_Numbered())[2] == 8, t("target must be the class of the image."))
    doubled = _item(1, transform=_Numbered(), target_transform=lambda target: 2 * target)[2]
    expect(doubled == 16, t("target must go through target_transform."))


EXAMPLES = {
    "compute_train_transform": (
        view_is_a_color_image_of_32_by_32,
        view_is_a_random_part,
        view_is_flipped_half_of_the_time,
        view_is_gray_one_time_in_five,
        view_has_new_colors_four_times_in_five,
    ),
    "CIFAR10Pair": (pair_is_two_draws_of_one_image, pair_comes_with_its_class),
}
