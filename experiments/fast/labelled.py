"""Labelled images whose views are made in whole batches, on the device.

Steps draw from the seed and their own number alone, as in fast.loop: a run can be repeated to the digit.
"""

import torch

from cs231n.simclr.classifiers import BATCH, Labelled, normalized

from .loop import TOGETHER, generator

LABELLED = 1_000_003  # sets the draws of labelled training apart from those of pretraining


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

    def batches(self, steps, augmented):
        """Yield (views, labels) of each step, as Labelled does."""
        plain = None if augmented else normalized(self.images)
        for chosen, changes in self._draws(steps, augmented):
            if augmented:
                views = self.augment.apply(self.images[chosen], changes, layout=self.layout)
            else:
                views = plain[chosen]
            yield views, self.labels[chosen]

    def _draws(self, steps, augmented):
        """Yield the images of each step, long (BATCH,), and their Changes: every image once, then again."""
        images, waiting = self.images, torch.empty(0, dtype=torch.long)
        for first in range(0, steps, TOGETHER):
            last = min(first + TOGETHER, steps)
            draw = [generator(self.seed, LABELLED, step) for step in range(first, last)]
            chosen = []
            for each in draw:
                while len(waiting) < BATCH:
                    waiting = torch.cat([waiting, torch.randperm(len(images), generator=each)])
                chosen.append(waiting[:BATCH])
                waiting = waiting[BATCH:]
            chosen = torch.stack(chosen)
            if augmented:
                yield from (
                    (these, changes) for these, _, changes in self.augment.batches(images, chosen, draw)
                )
            else:
                yield from ((these, None) for these in chosen.to(images.device))
