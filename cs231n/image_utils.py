"""Between PIL photos and the tensors a network sees, and two regularizers of pictures (given)."""

import numpy as np
import torch
import torchvision.transforms as T
from scipy.ndimage import gaussian_filter1d

# Mean and standard deviation of ImageNet's R, G, B in [0, 1]. SqueezeNet and EfficientNet-Lite0 both expect
# them; the name is the course's.
SQUEEZENET_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
SQUEEZENET_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


def preprocess(img, size=224):
    """Turn a PIL image into what the network expects.

    Inputs:
    - img: PIL image, RGB.
    - size: length in pixels that the shorter side is resized to; the other side keeps the proportion.

    Returns: float32 tensor (1, 3, H, W), zero mean and unit variance a channel over ImageNet.
    """
    steps = T.Compose(
        [
            T.Resize(size),
            T.ToTensor(),
            T.Normalize(SQUEEZENET_MEAN.tolist(), SQUEEZENET_STD.tolist()),
        ]
    )
    return steps(img)[None]


def deprocess(img, should_rescale=True):
    """Turn a network input back into a picture: the inverse of `preprocess`, resizing apart.

    Inputs:
    - img: tensor (1, 3, H, W) on any device, with or without gradient; it is left as it is.
    - should_rescale: stretch the values over all of [0, 1]; otherwise what lies outside is cut off.

    Returns: PIL image, RGB, W × H.
    """
    mean = torch.from_numpy(SQUEEZENET_MEAN).view(3, 1, 1)
    std = torch.from_numpy(SQUEEZENET_STD).view(3, 1, 1)
    picture = img.detach().cpu().float()[0] * std + mean
    if should_rescale:
        picture = rescale(picture)
    return T.functional.to_pil_image(picture.clamp(0, 1))


def rescale(x):
    """Map the values of tensor `x` linearly onto [0, 1]; a constant tensor becomes 0."""
    low, high = x.min(), x.max()
    return (x - low) / (high - low).clamp_min(torch.finfo(x.dtype).tiny)


def blur_image(X, sigma=1):
    """Blur images in place with a Gaussian.

    Inputs:
    - X: tensor (N, 3, H, W); changed in place, on its own device, also when it requires a gradient.
    - sigma: standard deviation of the Gaussian in pixels.

    Returns: X.
    """
    blurred = X.detach().cpu().numpy()
    for axis in (2, 3):
        blurred = gaussian_filter1d(blurred, sigma, axis=axis)
    with torch.no_grad():
        return X.copy_(torch.from_numpy(blurred))


def jitter(X, ox, oy):
    """Shift images; what leaves at one side comes in at the other.

    Inputs:
    - X: tensor (N, C, H, W); it is left as it is.
    - ox, oy: whole pixels to the right and down; negative ones go left and up.

    Returns: tensor (N, C, H, W).
    """
    return torch.roll(X, shifts=(oy, ox), dims=(2, 3))
