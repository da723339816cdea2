"""Maps to lay beside yours: two that ask the network more, and three that never ask it (given).

Each returns a map (H, W), on the device of the image and not negative, largest where most is said to be.
"""

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter, sobel

SEED = 0


def smooth_grad(function, X, y, model, samples=12, noise=0.15):
    """Return the mean of the maps of noisy copies of an image (Smilkov et al. 2017, arXiv:1706.03825).

    Inputs: function, called as compute_saliency_maps is; X (1, 3, H, W); y (1,); model; samples, the number
    of copies; noise, its standard deviation as a share of the range of X.
    """
    copies = noisy_copies(X, samples, noise)
    return function(copies, y.expand(samples), model).mean(dim=0)


def noisy_copies(X, samples, noise):
    """Return so many copies (samples, 3, H, W) of an image, each with other noise, the same at every call."""
    generator = torch.Generator().manual_seed(SEED)
    drawn = torch.randn((samples, *X.shape[1:]), generator=generator).to(X)
    return X + noise * (X.max() - X.min()) * drawn


def grad_cam(X, y, model):
    """Return where the last feature maps speak for class y (Selvaraju et al. 2017, arXiv:1610.02391).

    Each of these maps is weighted by the mean gradient of the score with respect to it (equation 1); what
    is positive in their sum (equation 2) is enlarged to the size of the image.

    Inputs: X (1, 3, H, W); y (1,); model, in evaluation mode, with some layer whose output is a stack of
    maps (1, C, h, w). Raises ValueError for a model without one.
    """
    found = []

    def keep_last(_layer, _inputs, output):
        if isinstance(output, torch.Tensor) and output.dim() == 4 and output.shape[-1] > 1:
            found[:] = [output]

    hooks = [layer.register_forward_hook(keep_last) for layer in model.modules()]
    try:
        score = model(X.detach().clone().requires_grad_())[0, y].sum()
    finally:
        for hook in hooks:
            hook.remove()
    if not found:
        raise ValueError("Grad-CAM needs a network with feature maps; no layer of this one gives any.")
    features = found[0]
    (gradient,) = torch.autograd.grad(score, features)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    cam = (weights * features.detach()).sum(dim=1, keepdim=True).relu()
    return F.interpolate(cam, size=X.shape[2:], mode="bilinear", align_corners=False)[0, 0]


def edge_map(X, sigma=5):
    """Return how strong the edges are around each pixel: an edge filter (Sobel), then a blur. No network.

    Inputs: X (1, 3, H, W); sigma, how far the blur reaches, in pixels; with 0 there is none.
    """
    gray = X[0].mean(dim=0).detach().cpu().numpy()
    strength = np.hypot(sobel(gray, axis=0), sobel(gray, axis=1))
    return torch.from_numpy(gaussian_filter(strength, sigma)).to(X)


def center_map(X):
    """Return a map of an image (1, 3, H, W) that bets on its middle: what is nearer to it counts more."""
    down, right = (torch.linspace(-1, 1, length).to(X) for length in X.shape[2:])
    return 1 - torch.hypot(down[:, None], right[None]) / 2**0.5


def random_map(X):
    """Return a map of an image (1, 3, H, W) that knows nothing: random numbers, the same at every call."""
    generator = torch.Generator().manual_seed(SEED)
    return torch.rand(tuple(X.shape[2:]), generator=generator).to(X)
