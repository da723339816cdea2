"""Whether attributions add up: a network on which they must, and the error against the number of steps "
"(given)."""

import torch
from torch import nn

from .data_utils import load_digits

NETWORK_SEED, BATCH = 0, 100


def digit_network(steps=300):
    """Return a small smooth network for digits, trained in a second or two.

    It maps images (N, 3, 32, 32), colors from 0 to 1, to scores (N, 10); its input 0 is black. `steps` is the
    number of its training steps. The caller's random numbers go on as if nothing had been drawn here.
    """
    images, labels = load_digits("train")
    X = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    y = torch.from_numpy(labels)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(NETWORK_SEED)
        layers = [nn.Flatten(), nn.Linear(3 * 32 * 32, 64), nn.Softplus(), nn.Linear(64, 10)]
        model = nn.Sequential(*layers)
        optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        for _ in range(steps):
            drawn = torch.randint(len(X), (BATCH,))
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X[drawn]), y[drawn]).backward()
            optimizer.step()
    return model.eval().requires_grad_(False)


def score_on_the_way(X, y, model, points=41):
    """Return shares of the way from input 0 to image X (1, 3, H, W), and the score of class y at each."""
    shares = torch.linspace(0, 1, points)
    with torch.no_grad():
        scores = [model(share * X)[0, y].item() for share in shares.tolist()]
    return shares.tolist(), scores


def errors_by_steps(function, X, y, model, steps):
    """Return how far the sum of the attribution is above the rise of the score, in percent of the rise.

    Inputs: function, called as integrated_gradients is; X (1, 3, H, W); y (1,); model; steps, a list of
    numbers of steps. Returns: a list of as many errors, negative where the sum is too small.
    """
    with torch.no_grad():
        rise = (model(X) - model(torch.zeros_like(X)))[0, y].item()
    return [(function(X, y, model, steps=m).sum().item() / rise - 1) * 100 for m in steps]
