"""Networks small enough for a pencil, for the examples about images and scores."""

import torch
from torch import nn

from ..words import t
from .expect import CheckFailed

PATIENCE = 1000  # forward passes after which a loop counts as endless


class Scores(nn.Module):
    """Linear scores: the score of a class is the sum of weight × pixel, plus its bias.

    - weights: for each class, a dict from (row, column) to the weights of R, G, B there; others are 0.
    - power: 2 squares the pixels first.
    - training: what all scores are multiplied by in training mode, as if it had layers that behave otherwise.
    """

    def __init__(self, weights, bias=None, height=2, width=3, power=1, training=1):
        super().__init__()
        table = torch.zeros(len(weights), 3, height, width)
        for c, pixels in enumerate(weights):
            for (row, column), rgb in pixels.items():
                table[c, :, row, column] = torch.tensor(rgb, dtype=torch.float32)
        self.weight = nn.Parameter(table)
        self.bias = nn.Parameter(torch.tensor(bias or [0.0] * len(weights)))
        self.power, self.in_training = power, training
        self.calls = 0

    def forward(self, x):
        _count(self)
        scores = (x**self.power).flatten(1) @ self.weight.flatten(1).T + self.bias  # (N, C)
        return scores * self.in_training if self.training else scores


class TurningScores(nn.Module):
    """Class 1 climbs along the first pixel up to 0.5, from there on along the second; class 0 stays at 2."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.calls = 0

    def forward(self, x):
        _count(self)
        first, second = x[:, 0, 0, 0], x[:, 0, 0, 1]
        climbing = self.scale * torch.where(first < 0.5, first, 0.5 + second)
        return torch.stack([torch.full_like(climbing, 2.0), climbing], dim=1)


def _count(model):
    model.calls += 1
    if model.calls > PATIENCE:
        raise CheckFailed(
            t(
                "the loop still goes on after {count} forward passes; it must stop after 100 steps.",
                count=PATIENCE,
            )
        )
