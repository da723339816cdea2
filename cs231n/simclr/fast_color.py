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

    With the hue in sixths of a circle, and d its distance along the circle from 3, 5 or 1 for red, green or
    blue, each channel is value - chroma · (2 - d), the factor cut to [0, 1].
    """
    r, g, b = x.unbind(1)
    value = torch.maximum(torch.maximum(r, g), b)
    chroma = value - torch.minimum(torch.minimum(r, g), b)
    # Where the largest channel is red, green or blue, the hue is near 0, 2 or 4; that of gray is free.
    scale = chroma.clamp(min=1e-12).reciprocal_()
    turned = torch.where(value == g, (b - r).mul_(scale).add_(2), (r - g).mul_(scale).add_(4))
    turned = torch.where(value == r, (g - b).mul_(scale), turned).add_(6 * shift[:, 0])
    turned.sub_((turned / 6).floor_(), alpha=6)
    out = torch.empty_like(x)
    for channel, start in enumerate((0, 2, 4)):
        d = (turned - start).abs_().sub_(3).abs_()
        torch.addcmul(value, chroma, d.neg_().add_(2).clamp_(0, 1), value=-1, out=out[:, channel])
    return out
