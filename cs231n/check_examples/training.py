"""The training step, on models whose loss is known before."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ..words import t
from .expect import expect

N = 3  # images in a batch
TAU = 0.5


class _Model(nn.Module):
    """One learned matrix times the flattened images; features and projections are that or made of it."""

    def __init__(self, size, feature=None, projection=None):
        super().__init__()
        self.weight = nn.Parameter(torch.eye(size))
        self.feature = feature or (lambda x: x)
        self.projection = projection or (lambda x: x)

    def forward(self, x):
        x = x.flatten(1) @ self.weight
        return F.normalize(self.feature(x), dim=1), F.normalize(self.projection(x), dim=1)


class _WatchedSGD(torch.optim.SGD):
    """Keeps the gradients that each step found."""

    def __init__(self, model, learning_rate):
        super().__init__(model.parameters(), lr=learning_rate)
        self.seen = []

    def step(self, closure=None):
        gradient = self.param_groups[0]["params"][0].grad
        self.seen.append(None if gradient is None else gradient.clone())
        return super().step(closure)


def _train(model, batches, learning_rate=0.0, temperature=TAU):
    """One epoch of the student's train: what it returned, and the optimizer."""
    from ..simclr.utils import train

    optimizer = _WatchedSGD(model, learning_rate)
    batches = [(x_i, x_j, torch.zeros(len(x_i), dtype=torch.long)) for x_i, x_j in batches]
    loss = train(model, batches, optimizer, 1, 1, batch_size=N, temperature=temperature, device="cpu")
    return loss, optimizer


def _expect_loss(value, expected, because):
    expect(isinstance(value, float | int), t("train must return the mean loss as a number."))
    expect(
        abs(value - expected) < 1e-3,
        t(
            "the mean loss is {here:.4g}, expected {there:.4g}: {because}",
            here=value,
            there=expected,
            because=because,
        ),
    )


def _one_hot(first):
    """Images (N, 3, 2, 2) of which number k is 1 at place first + k and 0 elsewhere."""
    return torch.eye(12)[first : first + N].view(N, 3, 2, 2)


def train_returns_the_loss_of_both_views():
    """The first and the second views are compared, with the temperature that was passed."""
    for temperature in (0.5, 1.0):
        loss, _ = _train(_Model(12), [(_one_hot(0), _one_hot(0))], temperature=temperature)
        expected = math.log(1 + (2 * N - 2) * math.exp(-1 / temperature))
        because = t("positives are alike, all else is at right angles; tau is {tau}.", tau=temperature)
        _expect_loss(loss, expected, because)
    loss, _ = _train(_Model(12), [(_one_hot(0), _one_hot(N))])
    because = t("x_i and x_j are at right angles here. Are both of them used?")
    _expect_loss(loss, math.log(2 * N - 1), because)


def train_takes_the_loss_of_the_projections():
    """Projections that are all alike have loss log(2N - 1), whatever the features are."""
    model = _Model(12, projection=lambda x: x.sum(dim=1, keepdim=True) * torch.ones(4))
    loss, _ = _train(model, [(_one_hot(0), _one_hot(0))])
    because = t("all projections are alike. The model returns (features, projections).")
    _expect_loss(loss, math.log(2 * N - 1), because)


def train_steps_once_a_batch_with_a_fresh_gradient():
    """With learning rate 0, the same batch gives the same gradient every time."""
    generator = torch.Generator().manual_seed(0)
    batch = [torch.randn(N, 3, 2, 2, generator=generator) for _ in range(2)]
    _, optimizer = _train(_Model(12), [batch] * 3)
    expect(
        len(optimizer.seen) == 3,
        t("3 batches need 3 optimizer steps, but there were {count}.", count=len(optimizer.seen)),
    )
    found = all(gradient is not None and bool(gradient.abs().max() > 0) for gradient in optimizer.seen)
    expect(found, t("an optimizer step found no gradient; it has to be computed before the step."))
    same = all(torch.allclose(gradient, optimizer.seen[0], atol=1e-6) for gradient in optimizer.seen)
    expect(same, t("the same batch gave another gradient the second time; is the old gradient still in it?"))


def train_follows_the_gradient_of_the_loss_it_returns():
    """With learning rate 0, train says the loss at given weights; the gradient must fit how that changes."""
    generator = torch.Generator().manual_seed(0)
    batch = [torch.randn(N, 3, 1, 1, generator=generator) for _ in range(2)]
    _, optimizer = _train(_Model(3), [batch])
    nudge = 1e-2
    for place in ((0, 0), (0, 1), (1, 2), (2, 0)):
        losses = []
        for sign in (1, -1):
            model = _Model(3)
            with torch.no_grad():
                model.weight[place] += sign * nudge
            losses.append(_train(model, [batch])[0])
        real = (losses[0] - losses[1]) / (2 * nudge)
        expect(
            abs(real - optimizer.seen[0][place].item()) < 5e-3 + 2e-2 * abs(real),
            t(
                "the gradient that the optimizer step found does not fit how the loss changes with the "
                "weights; "
                "does it flow through both views?"
            ),
        )


def train_learns():
    """Over some epochs on two views that differ by noise, the loss falls."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(4, N, 3, 2, 2, generator=generator)
    batches = [(x, x + torch.randn(x.shape, generator=generator)) for x in images]
    model = _Model(12)
    losses = [_train(model, batches, learning_rate=0.5)[0] for _ in range(10)]
    expect(
        not torch.equal(model.weight.detach(), torch.eye(12)), t("the weights of the model did not change.")
    )
    expect(losses[-1] < 0.9 * losses[0], t("the loss should fall over ten epochs, but it did not."))


EXAMPLES = {
    "train": (
        train_returns_the_loss_of_both_views,
        train_takes_the_loss_of_the_projections,
        train_steps_once_a_batch_with_a_fresh_gradient,
        train_follows_the_gradient_of_the_loss_it_returns,
        train_learns,
    )
}
