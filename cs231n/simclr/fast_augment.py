"""SimCLR's augmentation of a whole batch at once, on the device of the images, each view with its own draw.

The distributions are those of torchvision's RandomResizedCrop, RandomHorizontalFlip, ColorJitter and
RandomGrayscale, applied to one PIL image after the other; only the rounding to whole numbers between two
steps is left out. All draws come from one generator on the CPU, so a view depends neither on the device nor
on how a batch is split.
"""

import itertools
import math
from dataclasses import dataclass, replace

import torch

from .fast_color import HUE, blend, blending, gray_matrix, hue

NO_CHANGE = 4  # stands in for the hue's place, 0 to 3


@dataclass(frozen=True)
class Augmentation:
    """A random augmentation; call it with images to get one view of each.

    - size: side of the views in pixels; scale, ratio: of RandomResizedCrop.
    - flip, jitter, to_gray: probabilities.
    - brightness, contrast, saturation: factors are drawn from [1 - value, 1 + value]; hue: from [-hue, hue].
    - mean, std: of R, G, B in [0, 1], for the normalization at the end.
    """

    size: int = 32
    scale: tuple[float, float] = (0.08, 1.0)
    ratio: tuple[float, float] = (3 / 4, 4 / 3)
    flip: float = 0.5
    jitter: float = 0.8
    brightness: float = 0.4
    contrast: float = 0.4
    saturation: float = 0.4
    hue: float = 0.1
    to_gray: float = 0.2
    mean: tuple[float, float, float] = (0.4914, 0.4822, 0.4465)
    std: tuple[float, float, float] = (0.2023, 0.1994, 0.2010)

    def __call__(self, images, generator=None, views=slice(None), dtype=torch.float32):
        """Return one normalized view of each image, float (B, 3, size, size).

        Inputs:
        - images: uint8 tensor (B, 3, H, W).
        - generator: torch.Generator on the CPU. `draw` takes from it for all B images, whatever `views` is.
        - views: which of the B views to make. dtype: of the result.
        """
        draws = self.draw(len(images), tuple(images.shape[2:]), generator)
        return self.apply(images[views], draws.take(views), dtype)

    def draw(self, n, shape, generator=None):
        """Return the Draws of n views of images of `shape` (H, W)."""

        def uniform(low, high, *more):
            return torch.empty(n, *more).uniform_(low, high, generator=generator)

        place = self.draw_places(n, shape, generator)
        factors = torch.stack(
            [
                uniform(1 - self.brightness, 1 + self.brightness),
                uniform(1 - self.contrast, 1 + self.contrast),
                uniform(1 - self.saturation, 1 + self.saturation),
                uniform(-self.hue, self.hue),
            ],
            dim=1,
        )
        return Draws(
            place,
            uniform(0, 1) < self.flip,
            uniform(0, 1) < self.jitter,
            uniform(0, 1, 4).argsort(dim=1),
            factors,
            uniform(0, 1) < self.to_gray,
        )

    def apply(self, images, draws, dtype=torch.float32, layout=torch.contiguous_format):
        """Return the view of each image (B, 3, H, W) that `draws` describes.

        `layout` is a memory format as of `Tensor.to`. Draws in the order of `grouped` take the least time.
        """
        places = self._hue_places(draws)
        if (places.diff() < 0).any():
            perm = places.argsort(stable=True)
            views = self.apply(images[perm.to(images.device)], draws.take(perm), dtype, layout)
            return views[perm.argsort().to(images.device)].to(memory_format=layout)

        last, pixels, device = layout == torch.channels_last, self.size**2, images.device
        out = torch.empty((len(images), *((pixels, 3) if last else (3, pixels))), device=device)
        matrix, added = self._normalization(draws, device)
        added = added.repeat(pixels) if last else added.repeat_interleave(pixels)
        changes = self._changes(draws, device)
        start = 0
        # Views whose hue turns at the same place of their order are changed without being copied.
        for place, n in enumerate(places.bincount().tolist()):
            few = slice(start, start + n)
            x = self.take_places(images[few], draws.take(few))
            if place < NO_CHANGE:
                x = self._jitter(x, place, *(each[few] for each in changes))
            x, m = x.flatten(2), matrix[few]
            torch.bmm(*((x.transpose(1, 2), m.transpose(1, 2)) if last else (m, x)), out=out[few])
            # Added to a whole view, as a line of numbers: three at a time would be slow.
            out[few].view(n, 3 * pixels).add_(added)
            start += n
        out = out.to(dtype)
        return (out.transpose(1, 2) if last else out).unflatten(2, (self.size, self.size))

    def grouped(self, draws):
        """Return an order of the views, long (B,), in which those treated alike lie side by side."""
        return self._hue_places(draws).argsort(stable=True)

    def _hue_places(self, draws):
        """Return where in a view's order its hue turns, long (B,); NO_CHANGE where all colors stay."""
        places = (draws.order == HUE).int().argmax(dim=1) if self.hue else torch.zeros_like(draws.order[:, 0])
        return torch.where(draws.jitter, places, NO_CHANGE)

    def _changes(self, draws, device):
        """Return what `blending` gives for each view's three blends, in their order, and the hue's shift."""
        kinds = draws.order[draws.order != HUE].view(-1, 3)
        matrix, share = blending(draws.factors.gather(1, kinds), kinds)  # (B, 3, 3, 3), (B, 3, 3)
        return [each.to(device) for each in (matrix, share, draws.factors[:, HUE])]

    def _jitter(self, x, hue_place, matrix, share, shift):
        """Return x after its color changes; the hue turns before the blend of the number `hue_place`."""
        for k in range(4):
            if k == hue_place and self.hue:
                x = hue(x, shift, self.hue)
            if k < 3:
                x = blend(x, matrix[:, k], share[:, k])
        return x

    def _normalization(self, draws, device):
        """Return the matrix (B, 3, 3), and what to add (3,), that normalize colors, made gray where drawn."""
        mean, std = torch.tensor(self.mean), torch.tensor(self.std)
        matrix = torch.where(draws.to_gray.view(-1, 1, 1), gray_matrix("cpu"), torch.eye(3)) / std[:, None]
        return matrix.to(device), (-mean / std).to(device)

    def take_places(self, images, draws):
        """Return the part of each image that was drawn, float (B, 3, size, size) in [0, 1]."""
        return crop_and_resize(images, draws.place, draws.flip, self.size)

    def draw_places(self, n, shape, generator):
        """RandomResizedCrop's boxes, long (n, 4): the first of ten tries that fits into the image."""
        height, width = shape
        tries = (n, 10)
        area = height * width * torch.empty(tries).uniform_(*self.scale, generator=generator)
        low, high = math.log(self.ratio[0]), math.log(self.ratio[1])
        aspect = torch.empty(tries).uniform_(low, high, generator=generator).exp()
        w, h = (area * aspect).sqrt().round().long(), (area / aspect).sqrt().round().long()
        fits = (w > 0) & (w <= width) & (h > 0) & (h <= height)
        first = fits.int().argmax(dim=1, keepdim=True)
        found = fits.any(dim=1)
        # None fits: the largest box in the middle with an allowed aspect.
        whole_w = min(width, round(height * self.ratio[1]))
        whole_h = min(height, round(width / self.ratio[0]))
        w = torch.where(found, w.gather(1, first)[:, 0], whole_w)
        h = torch.where(found, h.gather(1, first)[:, 0], whole_h)
        u = torch.rand(n, 2, generator=generator, dtype=torch.float64)
        top = torch.where(found, (u[:, 0] * (height - h + 1)).long(), (height - h) // 2)
        left = torch.where(found, (u[:, 1] * (width - w + 1)).long(), (width - w) // 2)
        return torch.stack([top, left, h, w], dim=1)


@dataclass(frozen=True)
class Draws:
    """What was drawn for n views: tensors whose first axis is the view, on the CPU."""

    place: torch.Tensor  # which part of the image: a box, long (n, 4): top, left, height, width
    flip: torch.Tensor  # bool (n,)
    jitter: torch.Tensor  # bool (n,)
    order: torch.Tensor  # long (n, 4): which color change is first, second, ...
    factors: torch.Tensor  # float (n, 4): of brightness, contrast, saturation, hue
    to_gray: torch.Tensor  # bool (n,)

    def take(self, views):
        """Return the draws of some of the views, as an index or a slice names them."""
        return replace(self, **{name: value[views] for name, value in vars(self).items()})


def crop_and_resize(images, box, flip, size):
    """Cut each image's box out, resize it bilinearly, and turn it left to right where `flip` says so.

    Inputs: images uint8 (B, 3, H, W); box long (B, 4), flip bool (B,), both on the CPU. Returns float
    (B, 3, size, size) in [0, 1], what PIL's resize gives but for its rounding.
    """
    channels, height, width = images.shape[1:]
    top, left, h, w = box.unbind(1)
    rows = _weights(top, h, height, size, torch.zeros_like(flip), images.device)  # (B, size, H)
    columns = _weights(left, w, width, size, flip, images.device).mul_(1 / 255)  # (B, size, W)
    x = images.to(torch.float32).flatten(1, 2)  # (B, 3H, W)
    x = torch.bmm(x, columns.transpose(1, 2)).unflatten(1, (channels, height))  # (B, 3, H, size)
    out = torch.empty(channels, len(x), size, size, device=x.device)
    for channel in range(channels):  # all at once, `rows` would be copied for each
        torch.bmm(rows, x[:, channel], out=out[channel])
    return out.transpose(0, 1)


def _weights(start, length, side, size, flip, device):
    """The (B, size, side) matrices that resize pixels start .. start + length - 1 of a line to `size`.

    The weight falls linearly from the center of the wanted pixel to one pixel further, in whichever of the
    two grids is the coarser. With `flip`, the line is turned around.
    """
    smaller = bool((length > size).any())  # known on the CPU; a GPU would have to be waited for
    start, length = start.to(device).view(-1, 1).float(), length.to(device).view(-1, 1).float()
    step = length / size
    center = (torch.arange(size, device=device) + 0.5) * step + start  # (B, size)
    center = torch.where(flip.to(device)[:, None], center.flip(1), center)
    pixel = torch.arange(side, device=device) + 0.5
    if not smaller:
        # Beyond the outermost pixels their value goes on; so the weights sum to 1 as they are.
        center = torch.clamp(center, start + 0.5, start + length - 0.5)
        return torch.rsub((pixel - center[..., None]).abs_(), 1).clamp_(min=0)
    start, length, step = start[..., None], length[..., None], step[..., None]
    weights = (1 - (pixel - center[..., None]).abs() / step.clamp(min=1)).clamp_(min=0)
    weights *= (pixel > start) & (pixel < start + length)
    return weights / weights.sum(dim=2, keepdim=True)
