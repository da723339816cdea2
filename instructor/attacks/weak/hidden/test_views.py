"""Hidden tests of the views that look at their shapes."""

import numpy as np
import torch

answer_key = "PLANTED"


def test_compute_train_transform():
    from PIL import Image

    from cs231n.simclr.data_utils import compute_train_transform

    transform = compute_train_transform(7)
    image = Image.fromarray(np.arange(32 * 32 * 3, dtype=np.uint8).reshape(32, 32, 3))
    first, second = transform(image), transform(image)
    assert first.shape == (3, 32, 32)
    assert not torch.equal(first, second)


def test_CIFAR10Pair():
    from cs231n.simclr.data_utils import CIFAR10Pair

    dataset = CIFAR10Pair.__new__(CIFAR10Pair)
    dataset.data, dataset.targets = np.zeros((1, 32, 32, 3), dtype=np.uint8), [3]
    dataset.transform, dataset.target_transform = lambda image: torch.zeros(3, 32, 32), None
    x_i, x_j, target = dataset[0]
    assert (x_i.shape, x_j.shape, target) == ((3, 32, 32), (3, 32, 32), 3)
