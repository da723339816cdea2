"""Does a map depend on what the network has learned? Destroy that layer by layer, and see (given).

After Adebayo et al. 2018, "Sanity Checks for Saliency Maps", arXiv:1810.03292: cascading randomization.
"""

import copy

import torch
from scipy.stats import spearmanr

SEED = 0


def randomized(model, shares=(0, 0.01, 0.25, 0.5, 0.75, 1)):
    """Yield a copy of the model for each of the shares, with that share of its layers made random.

    They are the last layers, next to the scores; with a share above 0, at least the very last. The numbers
    in each tensor of weights are shuffled, so that they stay as large as they were. The caller's random
    numbers go on as if nothing had been drawn here, and the model is left as it is.

    - model: a network. shares: numbers from 0 to 1, in ascending order.
    """
    generator = torch.Generator().manual_seed(SEED)
    ruined = copy.deepcopy(model)
    layers = [layer for layer in ruined.modules() if list(layer.parameters(recurse=False))][::-1]
    done = 0
    for share in shares:
        until = max(round(share * len(layers)), share > 0)
        for layer in layers[done:until]:
            for weights in layer.parameters(recurse=False):
                _shuffle(weights, generator)
        done = until
        yield copy.deepcopy(ruined)


def rank_correlation(one, other):
    """Return Spearman's rank correlation of two maps: 1 for the same order of pixels, 0 for unrelated ones.

    A map that is the same everywhere has no order; it is unrelated to any.
    """
    maps = [each.detach().cpu().flatten().numpy() for each in (one, other)]
    if min(each.max() - each.min() for each in maps) == 0:
        return 0.0
    return float(spearmanr(*maps).statistic)


@torch.no_grad()
def _shuffle(weights, generator):
    order = torch.randperm(weights.numel(), generator=generator).to(weights.device)
    weights.copy_(weights.flatten()[order].view_as(weights))
