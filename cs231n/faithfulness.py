"""How much a map knows of what the network uses, by taking pixels away and bringing them back (given).

Deletion and insertion are those of Petsiuk, Das and Saenko 2018, "RISE", arXiv:1806.07421.
"""

import hashlib
import statistics
from dataclasses import dataclass

import torch
from torch import nn
from tqdm.auto import tqdm

from .cards import Table
from .words import t


def insertion_curve(deletion_curve, X, y, model, saliency, steps):
    """Return the probabilities (steps + 1,) of class y while the most salient pixels come into a plain image.

    To bring the most salient pixels in is to take the least salient ones away, read backwards; so it is made
    of `deletion_curve`, your function. The other inputs are its inputs.
    """
    return deletion_curve(X, y, model, -saliency, steps).flip(0)


def area(curve):
    """Return the area under a curve (steps + 1,) over the share of pixels from 0 to 1, by trapezoids."""
    return (torch.trapezoid(curve) / (len(curve) - 1)).item()


@dataclass(frozen=True)
class Faithfulness:
    """What deletion and insertion have found of some kinds of maps; in a notebook, a table.

    - deletion, insertion: {name: curves (N, steps + 1), one for each photo}.
    - rival: the name of the kind of map that the others are compared with.
    """

    deletion: dict
    insertion: dict
    rival: str

    def differences(self):
        """Return {name: [insertion less deletion of each photo]}, as areas: the larger, the better."""
        return {
            name: [area(there) - area(gone) for there, gone in zip(self.insertion[name], curves, strict=True)]
            for name, curves in self.deletion.items()
        }

    def mean_curves(self, curves):
        """Return {name: (percents of the pixels, mean over the photos)} of `deletion` or `insertion`."""
        steps = len(next(iter(curves.values()))[0]) - 1
        percents = [100 * k / steps for k in range(steps + 1)]
        return {name: (percents, each.mean(dim=0).tolist()) for name, each in curves.items()}

    def rows(self):
        """Return the rows of the table as texts, the heads first."""
        differences = self.differences()
        count = len(differences[self.rival])
        heads = ("kind of map", "deletion", "insertion", "insertion − deletion")
        yield [*map(t, heads), t("beats “{rival}” on", rival=t(self.rival))]
        for name, values in differences.items():
            sides = [[area(c) for c in curves[name]] for curves in (self.deletion, self.insertion)]
            wins = sum(a > b for a, b in zip(values, differences[self.rival], strict=True))
            won = "" if name == self.rival else t("{wins} of {count} photos", wins=wins, count=count)
            yield [t(name), *map(_spread, sides), _spread(values, "+"), won]

    def __str__(self):
        return str(Table(list(self.rows())))

    def _repr_html_(self):
        return Table(list(self.rows()))._repr_html_()


def measure(deletion_curve, methods, X, y, model, steps, rival):
    """Return the Faithfulness of kinds of maps on photos.

    Inputs: deletion_curve, your function; methods, {name: function of a photo (1, 3, H, W), its class (1,)
    and the model that gives a map (H, W)}; X (N, 3, H, W); y (N,); model; steps of each curve; rival, one of
    the names.
    """
    gone, there = {name: [] for name in methods}, {name: [] for name in methods}
    asked = _Remembering(model)
    for photo, label in tqdm(list(zip(X.split(1), y.split(1), strict=True)), leave=False):
        for name, method in methods.items():
            saliency = method(photo, label, model)
            inputs = (photo, int(label), asked, saliency, steps)
            gone[name].append(deletion_curve(*inputs))
            there[name].append(insertion_curve(deletion_curve, *inputs))
    stacked = [{name: torch.stack(curves).cpu() for name, curves in each.items()} for each in (gone, there)]
    return Faithfulness(*stacked, rival)


class _Remembering(nn.Module):
    """A model that is not asked twice: all curves of a photo share the whole photo and the plain image."""

    def __init__(self, model):
        super().__init__()
        self.model, self._known = model, {}

    def forward(self, X):
        seen = hashlib.sha256(X.detach().cpu().numpy().tobytes()).digest()
        if seen not in self._known:
            self._known[seen] = self.model(X).detach()
        return self._known[seen].clone()


def _spread(values, sign=""):
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):{sign}.2f}{deviation}"
