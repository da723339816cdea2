"""SimCLR's augmentation of a whole batch at once, on the device of the images, each view with its own draw.

The distributions are those of torchvision's RandomResizedCrop, RandomHorizontalFlip, ColorJitter and
RandomGrayscale, applied to one PIL image after the other; only the rounding to whole numbers between two
steps is left out. All draws come from one generator on the CPU, so a view depends neither on the device nor
on how a batch is split.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch

from .color import HUE, blend, blending, gray_matrix, hue

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
        return self.apply(images[views], take(views, self.changes(draws)), dtype)

    def batches(self, images, chosen, generators, views=slice(None)):
        """Prepare several batches at once; yield for each what `apply` takes, sorted as it likes best:

        - which image each view is of, long (n,): `images.index_select(0, these)` are its images;
        - the order that puts the views as they were in `chosen`, long (n,);
        - their Changes.

        Inputs: images uint8 (N, 3, H, W); chosen long (S, n) on the CPU, which images the S batches have
        views of; generators, one for each batch; views: which of the n views of each batch to make.
        """
        batches, n = chosen.shape
        chosen, start = chosen[:, views], torch.arange(0, batches * n, n)[:, None]
        draws = self.draw(n, tuple(images.shape[2:]), *generators)
        changes = self.changes(take((torch.arange(n)[views] + start).flatten(), draws))
        perm = changes.hue_place.view(chosen.shape).argsort(dim=1, stable=True)
        n = chosen.shape[1]
        changes = take((perm + torch.arange(0, batches * n, n)[:, None]).flatten(), changes)
        changes = put(images.device, changes)
        chosen, back = chosen.gather(1, perm).to(images.device), perm.argsort(dim=1).to(images.device)
        for k in range(batches):
            yield chosen[k], back[k], take(slice(k * n, (k + 1) * n), changes)

    def draw(self, n, shape, *generators):
        """Return the Draws of n views of images of `shape` (H, W) from each of the generators."""

        def uniform(low, high, *more, dtype=torch.float32):
            empty = torch.empty(len(generators), n, *more, dtype=dtype)
            for part, generator in zip(empty, generators, strict=True):
                part.uniform_(low, high, generator=generator)
            return empty.flatten(0, 1)

        place = self.draw_places(uniform, shape)
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

    def changes(self, draws):
        """Return the Changes that the draws ask for. For many views at once it takes the least time."""
        kinds = draws.order[draws.order != HUE].view(-1, 3)
        blends, shares = blending(draws.factors.gather(1, kinds), kinds)
        hue_place = (draws.order == HUE).int().argmax(dim=1) if self.hue else torch.zeros_like(kinds[:, 0])
        colors = torch.where(draws.to_gray.view(-1, 1, 1), gray_matrix("cpu"), torch.eye(3))
        return Changes(
            draws.place,
            draws.flip,
            torch.where(draws.jitter, hue_place, NO_CHANGE),
            blends,
            shares,
            draws.factors[:, HUE],
            colors / torch.tensor(self.std)[:, None],
        )

    def apply(self, images, changes, dtype=torch.float32, layout=torch.contiguous_format):
        """Return each image (B, 3, H, W) after its `changes`, on the images' device.

        `layout` is a memory format as of `Tensor.to`. Changes sorted by their hue_place take the least time.
        """
        turns, device = changes.hue_place, images.device
        if (turns.diff() < 0).any():
            perm = turns.argsort(stable=True)
            views = self.apply(images[perm.to(device)], take(perm, changes), dtype, layout)
            return views[perm.argsort().to(device)].to(memory_format=layout)

        changes = put(device, changes)
        last, pixels = layout == torch.channels_last, self.size**2
        out = torch.empty((len(images), *((pixels, 3) if last else (3, pixels))), device=device)
        added = -torch.tensor(self.mean) / torch.tensor(self.std)
        added = (added.repeat(pixels) if last else added.repeat_interleave(pixels)).to(device)
        resampling = self.resampling(tuple(images.shape[2:]), changes)
        start = 0
        # Views whose hue turns at the same place of their order go together, few enough for a cache.
        for hue_place, n in enumerate(turns.bincount().tolist()):
            few = slice(start, start + n)
            x, m = self.resample(images[few], *(each[few] for each in resampling)), changes.colors[few]
            if hue_place < NO_CHANGE:
                x = self._jitter(x, hue_place, take(few, changes))
            x = x.flatten(2)
            torch.bmm(*((x.transpose(1, 2), m.transpose(1, 2)) if last else (m, x)), out=out[few])
            # Added to a whole view, as a line of numbers: three at a time would be slow.
            out[few].view(n, 3 * pixels).add_(added)
            start += n
        out = out.to(dtype)
        return (out.transpose(1, 2) if last else out).unflatten(2, (self.size, self.size))

    def _jitter(self, x, hue_place, changes):
        """Return x after its color changes; the hue turns before the blend of the number `hue_place`."""
        for k in range(4):
            if k == hue_place and self.hue:
                x = hue(x, changes.shift, self.hue)
            if k < 3:
                x = blend(x, changes.blends[:, k], changes.shares[:, k])
        return x

    def resampling(self, shape, changes):
        """Return what `resample` needs to make the views of images of `shape` (H, W), for each view.

        Here a matrix for the rows, float (n, size, H), and one for the columns, (n, size, W).
        """
        top, left, h, w = changes.place.unbind(1)
        rows = _weights(top, h, shape[0], self.size)
        return rows, _weights(left, w, shape[1], self.size, changes.flip, 1 / 255)

    def resample(self, images, rows, columns):
        """Return the part of each image that was drawn, float (B, 3, size, size) in [0, 1].

        Cut out, resized bilinearly, and mirrored where that was drawn: as by PIL, but for its rounding.
        """
        x = images.to(torch.float32).flatten(1, 2)  # (B, 3H, W)
        x = torch.bmm(x, columns.transpose(1, 2)).unflatten(1, (3, -1))  # (B, 3, H, size)
        out = torch.empty(3, len(x), self.size, self.size, device=x.device)
        for channel in range(3):  # all at once, `rows` would be copied for each
            torch.bmm(rows, x[:, channel], out=out[channel])
        return out.transpose(0, 1)

    def draw_places(self, uniform, shape):
        """RandomResizedCrop's boxes, long (n, 4): the first of ten tries that fits into the image."""
        height, width = shape
        area = height * width * uniform(*self.scale, 10)
        aspect = uniform(math.log(self.ratio[0]), math.log(self.ratio[1]), 10).exp()
        w, h = (area * aspect).sqrt().round().long(), (area / aspect).sqrt().round().long()
        fits = (w > 0) & (w <= width) & (h > 0) & (h <= height)
        first = fits.int().argmax(dim=1, keepdim=True)
        found = fits.any(dim=1)
        # None fits: the largest box in the middle with an allowed aspect.
        whole_w = min(width, round(height * self.ratio[1]))
        whole_h = min(height, round(width / self.ratio[0]))
        w = torch.where(found, w.gather(1, first)[:, 0], whole_w)
        h = torch.where(found, h.gather(1, first)[:, 0], whole_h)
        u = uniform(0, 1, 2, dtype=torch.float64)
        top = torch.where(found, (u[:, 0] * (height - h + 1)).long(), (height - h) // 2)
        left = torch.where(found, (u[:, 1] * (width - w + 1)).long(), (width - w) // 2)
        return torch.stack([top, left, h, w], dim=1)


class Draws(NamedTuple):
    """What was drawn for n views: tensors whose first axis is the view, on the CPU."""

    place: torch.Tensor  # which part of the image: a box, long (n, 4): top, left, height, width
    flip: torch.Tensor  # bool (n,)
    jitter: torch.Tensor  # bool (n,)
    order: torch.Tensor  # long (n, 4): which color change is first, second, ...
    factors: torch.Tensor  # float (n, 4): of brightness, contrast, saturation, hue
    to_gray: torch.Tensor  # bool (n,)


class Changes(NamedTuple):
    """What n views take to be made: tensors whose first axis is the view."""

    place: torch.Tensor  # as in Draws
    flip: torch.Tensor  # as in Draws
    hue_place: torch.Tensor  # long (n,): blends before the hue turns; NO_CHANGE where all colors stay
    blends: torch.Tensor  # float (n, 3, 3, 3): matrices for the three `color.blend`, in their order
    shares: torch.Tensor  # float (n, 3, 3): their shares of the mean color
    shift: torch.Tensor  # float (n,): by how much the hue turns
    colors: torch.Tensor  # float (n, 3, 3): makes gray where that was drawn, and normalizes


def take(views, of):
    """Return the Draws or Changes of some views, as an index or a slice names them."""
    return of._make(each[views] for each in of)


def put(device, changes):
    """Return the Changes on a device, but for hue_place: how many of each there are is asked on the CPU."""
    return changes._make(each.to(device) for each in changes)._replace(hue_place=changes.hue_place)


def _weights(start, length, side, size, flip=None, total=1.0):
    """The (B, size, side) matrices that resize pixels start .. start + length - 1 of a line to `size`.

    The weight falls linearly from the center of the wanted pixel to one pixel further, in whichever of the
    two grids is the coarser. The weights of a pixel sum to `total`. With `flip`, the line is turned around.
    """
    start, length = start.view(-1, 1), length.view(-1, 1)
    center = (torch.arange(size, device=start.device) + 0.5) * (length / size) + start  # (B, size)
    if flip is not None:
        center = torch.where(flip[:, None], center.flip(1), center)
    pixel = torch.arange(side, device=start.device) + 0.5
    if side <= size:  # so each part is made larger
        # Beyond the outermost pixels their value goes on; so the weights sum to 1 as they are.
        center = torch.clamp(center, start + 0.5, start + length - 0.5)
        far = (pixel * total - (center * total)[..., None]).abs_()
        return torch.sub(total, far, out=far).clamp_(min=0)
    start, length = start[..., None], length[..., None]
    weights = (1 - (pixel - center[..., None]).abs() / (length / size).clamp(min=1)).clamp_(min=0)
    weights *= (pixel > start) & (pixel < start + length)
    return weights * (total / weights.sum(dim=2, keepdim=True))
