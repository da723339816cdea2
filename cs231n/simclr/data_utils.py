"""Two random views of one image: the data that SimCLR learns from (Chen et al. 2020, arXiv:2002.05709).

Two TODO blocks: the random augmentation, and the pair it makes of an image.
"""

import random

import torch
from PIL import Image
from torchvision import transforms
from torchvision.datasets import CIFAR10

from ..data_utils import CIFAR10_MEAN, CIFAR10_STD
from ..todo import TaskNotStarted


def compute_train_transform(seed=123456):
    """Return the random augmentation of SimCLR for small color images (arXiv:2002.05709, appendix A).

    In this order:
    1. a random part of the image, 8 % to 100 % of its area and sides from 3:4 to 4:3, resized to 32 × 32;
    2. flipped left to right with probability 0.5;
    3. with probability 0.8, the color jitter given below: brightness, contrast and saturation up to 0.4, hue
       up to 0.1;
    4. made gray, still with three channels, with probability 0.2.
    Then, given: the step to a tensor, and the normalization with CIFAR-10's mean and standard deviation.

    Inputs:
    - seed: int that Python's and torch's random generators are set to.

    Returns: a transform from a PIL image, RGB, to a float32 tensor (3, 32, 32).
    """
    random.seed(seed)
    torch.manual_seed(seed)

    color_jitter = transforms.ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)

    augmentations = None
    # TODO: make augmentations the list of the four transforms above; torchvision.transforms has each.
    # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    raise TaskNotStarted("compute_train_transform")  # replace this line with your code
    # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
    return transforms.Compose(
        [
            *augmentations,
            transforms.ToTensor(),
            transforms.Normalize(CIFAR10_MEAN, CIFAR10_STD),
        ]
    )


def compute_test_transform():
    """Return the transform from a PIL image to a normalized tensor, without any chance in it (given)."""
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize(CIFAR10_MEAN, CIFAR10_STD)])


class CIFAR10Pair(CIFAR10):
    """CIFAR-10 whose items are two views of one image, (x_i, x_j, target)."""

    def __getitem__(self, index):
        """Return two views of image `index`, each its own random draw of the transform, and its class.

        Returns:
        - x_i, x_j: what self.transform makes of the image, tensors (3, 32, 32); None without a transform.
        - target: int, the class.
        """
        img, target = self.data[index], self.targets[index]
        img = Image.fromarray(img)

        x_i = None
        x_j = None
        if self.transform is not None:
            # TODO: make x_i and x_j of img.
            # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****
            raise TaskNotStarted("CIFAR10Pair")  # replace this line with your code
            # *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****

        if self.target_transform is not None:
            target = self.target_transform(target)

        return x_i, x_j, target
