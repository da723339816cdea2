"""Color changes of a batch, with one factor for each image, as torchvision.transforms defines them.

Images are float (B, 3, H, W) in [0, 1], factors (B, 1, 1, 1); results stay within [0, 1].
"""

import torch


def brightness(x, factor):
    """Multiply each image by its factor."""
    return (x * factor).clamp_(0, 1)


def contrast(x, factor):
    """Blend each image with its mean gray."""
    return blend_with(gray(x).mean(dim=(2, 3), keepdim=True), x, factor)


def saturation(x, factor):
    """Blend each image with its gray version."""
    return blend_with(gray(x), x, factor)


def blend_with(other, x, factor):
    """Return factor · x + (1 - factor) · other within [0, 1]."""
    return torch.lerp(other.expand_as(x), x, factor).clamp_(0, 1)


def gray(x):
    """Return the brightness that an eye sees, (B, 1, H, W)."""
    r, g, b = x.unbind(1)
    return (r * 0.2989).add_(g, alpha=0.587).add_(b, alpha=0.114).unsqueeze_(1)


def hue(x, shift):
    """Turn the hue of each image by `shift` of a full circle; value and chroma of each pixel stay.

    With the hue in sixths of a circle, each channel is value - chroma · min(k, 4 - k) cut to [0, 1], for
    k = (n + hue) mod 6 and n = 5, 3, 1 for red, green, blue.
    """
    r, g, b = x.unbind(1)
    value = torch.maximum(torch.maximum(r, g), b)
    chroma = value - torch.minimum(torch.minimum(r, g), b)
    # Where the largest channel is red, green or blue, the hue is near 0, 2 or 4; that of gray is free.
    scale = chroma.clamp(min=1e-12).reciprocal_()
    turned = torch.where(value == g, (b - r) * scale + 2, (r - g) * scale + 4)
    turned = torch.where(value == r, (g - b) * scale, turned).add_(6 * shift[:, 0])
    out = torch.empty_like(x)
    for channel, n in enumerate((5, 3, 1)):
        k = torch.remainder(turned + n, 6)
        k = torch.minimum(k, 4 - k).clamp_(0, 1)
        torch.addcmul(value, chroma, k, value=-1, out=out[:, channel])
    return out
