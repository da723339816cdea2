"""Images whose views are made in whole batches, on the device.

Steps draw from the seed and their own number alone, as in fast.loop: a run can be repeated to the digit.
"""

from itertools import islice

import torch

from cs231n.simclr.classifiers import Labelled, orders

from .loop import TOGETHER, generator

LABELLED, PAIRS = 1_000_003, 1_000_033  # set the draws of the two kinds of training apart


class FastLabelled(Labelled):
    """As Labelled, in a number format and with draws of its own.

    - augment: fast.augment.Augmentation. precision: Precision. seed: of all draws.
    """

    def __init__(self, images, labels, augment, precision, seed):
        super().__init__(images, labels)
        self.augment, self.precision, self.seed = augment, precision, seed
        self.layout = precision.layout

    def cast(self):
        """Return the context of a forward pass."""
        return self.precision.cast(self.images.device)

    def batches(self, steps):
        """Yield (views, labels) of each step, as Labelled does."""
        for chosen, _, views in self._views(steps, LABELLED):
            yield views, self.labels[chosen]

    def pairs(self, steps):
        """Yield the two views of each of a step's images, as Labelled does."""
        for _, back, views in self._views(steps, PAIRS, whole=True):
            yield views[back]

    def _views(self, steps, kind, whole=False):
        """Yield of each step: which images its views are of, what undoes their sorting, the views."""
        images = self.images

        def permutation(step):
            return torch.randperm(len(images), generator=generator(self.seed, kind, 0, step))

        chosen = orders(len(images), steps, permutation, whole)
        for first in range(0, steps, TOGETHER):
            some = torch.stack(list(islice(chosen, TOGETHER))).repeat(1, 2 if whole else 1)
            draw = [generator(self.seed, kind, 1, first + k) for k in range(len(some))]
            for these, back, changes in self.augment.batches(images, some, draw):
                yield these, back, self.augment.apply(images[these], changes, layout=self.layout)
