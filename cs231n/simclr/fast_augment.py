"""SimCLR's augmentation of a whole batch at once, on the device of the images, each view with its own draw.

The distributions are those of torchvision's RandomResizedCrop, RandomHorizontalFlip, ColorJitter and
RandomGrayscale, applied to one PIL image after the other; only the rounding to whole numbers between two
steps is left out. All draws come from one generator on the CPU, so a view depends neither on the device nor
on how a batch is split.
"""

import math
from dataclasses import dataclass, replace

import torch

from .fast_color import brightness, contrast, gray, hue, saturation


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

    def apply(self, images, draws, dtype=torch.float32):
        """Return the view of each image (B, 3, H, W) that `draws` describes."""
        x = self.take_places(images, draws)
        self._jitter(x, draws)
        (chosen,) = torch.nonzero(draws.to_gray, as_tuple=True)
        if len(chosen):
            chosen = chosen.to(x.device)
            x.index_copy_(0, chosen, gray(x.index_select(0, chosen)).expand(-1, 3, -1, -1))
        mean, std = (torch.tensor(values, device=x.device).view(3, 1, 1) for values in (self.mean, self.std))
        return torch.addcmul(-mean / std, x, 1 / std).to(dtype)

    def _jitter(self, x, draws):
        """Change the colors of x in place, each image in its own order of the four changes."""
        operations = [
            (brightness, self.brightness),
            (contrast, self.contrast),
            (saturation, self.saturation),
            (hue, self.hue),
        ]
        for place in range(4):
            for k, (change, strength) in enumerate(operations):
                (chosen,) = torch.nonzero(draws.jitter & (draws.order[:, place] == k), as_tuple=True)
                if strength and len(chosen):
                    factor = draws.factors[chosen, k].view(-1, 1, 1, 1).to(x.device)
                    chosen = chosen.to(x.device)
                    x.index_copy_(0, chosen, change(x.index_select(0, chosen), factor))

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

    Inputs: images uint8 (B, 3, H, W); box long (B, 4); flip bool (B,). Returns float (B, 3, size, size) in
    [0, 1], what PIL's resize gives but for its rounding.
    """
    channels, height, width = images.shape[1:]
    top, left, h, w = box.to(images.device).unbind(1)
    rows = _weights(top, h, height, size)  # (B, size, H)
    columns = _weights(left, w, width, size)  # (B, size, W)
    columns = torch.where(flip.to(images.device)[:, None, None], columns.flip(1), columns)
    x = images.to(torch.float32).flatten(1, 2)  # (B, 3H, W)
    x = torch.bmm(x, columns.transpose(1, 2)).unflatten(1, (channels, height))  # (B, 3, H, size)
    return torch.matmul(rows[:, None], x.mul_(1 / 255))  # (B, 3, size, size)


def _weights(start, length, side, size):
    """The (B, size, side) matrices that resize pixels start .. start + length - 1 of a line to `size`.

    The weight falls linearly from the center of the wanted pixel to one pixel further, in whichever of the
    two grids is the coarser.
    """
    start, length = start.view(-1, 1, 1).float(), length.view(-1, 1, 1).float()
    step = length / size
    center = (torch.arange(size, device=start.device).view(1, -1, 1) + 0.5) * step + start
    pixel = torch.arange(side, device=start.device).view(1, 1, -1) + 0.5
    weights = (1 - (pixel - center).abs() / step.clamp(min=1)).clamp_(min=0)
    weights *= (pixel > start) & (pixel < start + length)
    return weights / weights.sum(dim=2, keepdim=True)
