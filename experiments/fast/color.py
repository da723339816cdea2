"""Color changes of a batch, with one factor for each image, as torchvision.transforms defines them.

Images are float (B, 3, H, W) in [0, 1]; results stay within [0, 1].
"""

import math

import torch

BRIGHTNESS, CONTRAST, SATURATION, HUE = range(4)
WEIGHTS = (0.2989, 0.587, 0.114)  # of red, green and blue in the brightness that an eye sees


def blending(factor, kind):
    """Return what `blend` needs for changes by `factor` (...), of the kinds in the long tensor `kind` (...).

    Each change is factor · x + (1 - factor) · other, where other is black for BRIGHTNESS, the mean gray of
    the image for CONTRAST, and its gray version for SATURATION. So it is a 3 × 3 matrix for the colors, and
    a share of the mean color that is added: tensors (..., 3, 3) and (..., 3).
    """
    gray, same, rest = gray_matrix(factor.device), torch.eye(3, device=factor.device), 1 - factor
    matrix = factor[..., None, None] * same + (rest * (kind == SATURATION))[..., None, None] * gray
    return matrix, (rest * (kind == CONTRAST))[..., None] * gray[0]


def blend(x, matrix, share):
    """Return matrix · x + share · (mean color of x), within [0, 1]; for each image a (3, 3) and a (3,).

    Two changes in a row can't be made one matrix: each of them cuts to [0, 1].
    """
    flat = x.flatten(2)  # (B, 3, HW)
    added = torch.bmm(share[:, None], flat.sum(dim=2, keepdim=True))  # (B, 1, 1)
    return torch.baddbmm(added, matrix, flat, beta=1 / flat.shape[2]).clamp_(0, 1).view(x.shape)


def gray_matrix(device):
    """Return the 3 × 3 matrix that makes a color gray."""
    return torch.tensor(WEIGHTS, device=device).expand(3, 3)


def hue(x, shift, most=0.5):
    """Turn the hue of each image by `shift` (B,) of a full circle, within [-most, most]; in place.

    Along the circle of hues each channel climbs from the least value of the pixel to the largest one, stays
    for a third of the circle, falls, and stays as long. Not cut, it would be a wave of straight lines, twice
    the channel minus the middle one of the three values: the channel itself on a slope, and as much beyond
    the cut as the hue has gone beyond the slope's end. The sign of the difference of the other two channels
    says whether that wave rises or falls. So turning moves each wave by shift · 6 · (largest - least) and
    cuts it again. That is exact up to a sixth of the circle; more is done in several turns.
    """
    turns = max(1, math.ceil(6 * most))
    r, g, b = x.unbind(1)  # views: what is written to x is in them
    step = (6 / turns * shift).view(-1, 1, 1, 1)
    falls = torch.empty_like(x)
    for _ in range(turns):
        for channel, (first, second) in enumerate(((g, b), (b, r), (r, g))):
            torch.sub(first, second, out=falls[:, channel])
        low, high = torch.minimum(g, b), torch.maximum(g, b)
        middle = torch.clamp(r, low, high)[:, None]
        least, largest = torch.minimum(r, low, out=low)[:, None], torch.maximum(r, high, out=high)[:, None]
        move = torch.sub(largest, least).mul_(step)
        # From here on x holds the waves.
        torch.lerp(middle, x, 2.0, out=x).addcmul_(falls.sign_(), move, value=-1)
        torch.clamp(x, least, largest, out=x)
    return x
