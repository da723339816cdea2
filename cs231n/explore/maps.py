"""Features of many numbers on a plane: by their main directions, or so that neighbors stay neighbors."""

import math

import torch


def pca(features):
    """Return the coordinates (N, 2) of features (N, D) along the two directions in which they vary most."""
    centered = features - features.mean(dim=0)
    _, _, directions = torch.linalg.svd(centered, full_matrices=False)
    return centered @ directions[:2].T


def tsne(features, perplexity=20.0, steps=400):
    """Return a map (N, 2) on which neighbors among features (N, D) are near each other.

    t-SNE (van der Maaten and Hinton 2008, jmlr.org/papers/v9/vandermaaten08a.html): the neighbors' weights p
    of equation 1 and those q of equation 4 are brought together by gradient descent on equation 2. Distances
    on the map, and the sizes of groups, mean little. perplexity: about how many neighbors count. N is small:
    all N² pairs are looked at.
    """
    features = features.double()
    near = _neighbor_weights(torch.cdist(features, features).square(), perplexity)
    near = ((near + near.T) / (2 * len(near))).clamp_min(1e-12)
    place = pca(features)
    place = 1e-2 * place / place.std(dim=0).clamp_min(1e-12)
    velocity, gain = torch.zeros_like(place), torch.ones_like(place)
    for step in range(steps):
        wanted = 4 * near if step < steps // 4 else near  # exaggerated at first, so that groups form
        closeness = 1 / (1 + torch.cdist(place, place).square())
        closeness.fill_diagonal_(0)
        now = (closeness / closeness.sum()).clamp_min(1e-12)
        pull = (wanted - now) * closeness
        slope = 4 * (pull.sum(dim=1, keepdim=True) * place - pull @ place)
        gain = torch.where(slope.sign() == velocity.sign(), 0.8 * gain, gain + 0.2).clamp_min(0.01)
        velocity = (0.5 if step < steps // 4 else 0.8) * velocity - len(place) / 6 * gain * slope
        place = place + velocity
        place = place - place.mean(dim=0)
    return place.float()


def _neighbor_weights(squared, perplexity):
    """p(j | i) from squared distances (N, N): Gaussians as wide as the perplexity asks (section 2)."""
    N = len(squared)
    target = math.log(min(perplexity, (N - 1) / 3))
    squared = squared.clone().fill_diagonal_(math.inf)
    squared = squared - squared.amin(dim=1, keepdim=True)  # leaves the weights as they are
    low, high = torch.zeros(N, 1).double(), torch.full((N, 1), math.inf).double()
    sharpness = torch.ones(N, 1).double()
    for _ in range(60):
        weights = torch.exp(-squared * sharpness)
        weights = weights / weights.sum(dim=1, keepdim=True)
        entropy = -(weights * weights.clamp_min(1e-300).log()).sum(dim=1, keepdim=True)
        wide = entropy > target
        low, high = torch.where(wide, sharpness, low), torch.where(wide, high, sharpness)
        sharpness = torch.where(high.isinf(), 2 * sharpness, (low + high) / 2)
    return weights
