"""A photo on its way to another class: every step that your code takes, to be looked at afterwards."""

import time

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure
from PIL import Image
from torch import nn

from ..image_utils import preprocess
from ..plots import to_colors
from ..simclr.evaluation import device_of
from ..words import t
from .drawing import AFTER, BEFORE, MUTED, drawn, of_figure, panels, row, stacked
from .parts import Seeker

MOST = 200  # looks at the picture; code that never ends is stopped there
SECONDS = 0.3  # between two live pictures


class FoolingExplorer(Seeker):
    """Choose a photo, the class it shall be taken for and the length of a step; press start.

    - model: maps (1, 3, 224, 224) to scores (1, 1000). photos: uint8 (N, 224, 224, 3); labels: N classes.
    - fill: whether to fool the model with the first photo right away.

    While your make_fooling_image runs, the picture follows it. Then a slider goes through its steps: the
    photo, the picture, the difference magnified, and the scores of both classes.
    """

    task = "make_fooling_image"

    def __init__(self, model, photos, labels, target_y=6, fill=True):
        self._model, self._photos, self._labels = model, photos, [int(y) for y in labels]
        self._seen = []
        self.make_controls(target_y, t("target"))
        names = self._classes.names
        self.photo = widgets.Dropdown(
            options=[(f"{k}: {names[y]}", k) for k, y in enumerate(self._labels)], description=t("photo")
        )
        self.length = widgets.FloatLogSlider(
            value=1, base=10, min=-1, max=1, step=0.1, description=t("step size"), readout_format=".2f"
        )
        self.step = widgets.IntSlider(value=0, min=0, max=0, description=t("step"), layout={"width": "30em"})
        self.magnify = widgets.IntSlider(value=20, min=1, max=100, description=t("magnify"))
        self.picture = widgets.HTML()
        super().__init__(
            widgets.HBox([self.photo, self.target]),
            widgets.HBox([self.length, self.start, self.stop]),
            widgets.HBox([self.step, self.magnify]),
            self.picture,
        )
        self._forget()
        self.photo.observe(self._forget, "value")
        for control in (self.step, self.magnify):
            control.observe(self._draw, "value")
        if fill:
            self.fill()

    def still(self):
        """Return the PIL image of the step that is shown."""
        return self._still

    def prepare(self):
        self._forget()

    def _forget(self, _change=None):
        """Back to the photo, before any step."""
        self.work.stop()
        self.work.wait(5)
        self._seen = []
        self.step.max = 0
        self._draw()

    def run(self, function, target_y):
        length = self.length.value
        watched = _Watched(self._model, length, self._saw)
        X = preprocess(Image.fromarray(self._photos[self.photo.value])).to(device_of(self._model))
        self._target, self._drawn = target_y, 0.0
        try:
            with self.told(self.task):
                try:
                    # Measured in units of `length`, a step of length 1 is a step of that length.
                    function(X / length, target_y, watched)
                except _Enough as enough:
                    self.say(str(enough))
        finally:
            self.start.disabled, self.stop.disabled = False, True
            if self._seen:
                self.step.max = len(self._seen) - 1
                self.step.value = self.step.max
            self._draw()
            self.refresh_still()

    def _saw(self, X, scores):
        """Called whenever the student's code shows a picture to the model."""
        if self.work.stopped:
            raise _Enough(t("Stopped. The slider goes through the steps so far."))
        if not self._seen or not torch.equal(self._seen[-1][0], X):
            self._seen.append((X, scores))
        if len(self._seen) > MOST:
            raise _Enough(t("Not there after {count} steps; the explorer stopped it.", count=MOST))
        if time.monotonic() - self._drawn > SECONDS:
            self._draw(step=len(self._seen) - 1)
            self._drawn = time.monotonic()

    def _draw(self, _change=None, step=None):
        photo, y = self._photos[self.photo.value], self._labels[self.photo.value]
        shown, curves = [(f"{t('photo')}\n{self._classes.names[y]}", photo)], None
        if self._seen:
            step = min(self.step.value if step is None else step, len(self._seen) - 1)
            (first, _), (now, scores) = self._seen[0], self._seen[step]
            best, chance = int(scores.argmax()), scores.softmax(dim=0)
            change, magnify = to_colors(now) - to_colors(first), self.magnify.value
            seen_as = f"{self._classes.names[best]}, {chance[best]:.0%}"
            shown.append((f"{t('step {step}', step=step)}\n{seen_as}", to_colors(now)))
            moved = t("length {length:.2f}", length=(now - first).norm().item())
            shown.append((f"{t('difference × {magnify}', magnify=magnify)}\n{moved}", 0.5 + magnify * change))
            curves = self._curves(step, y)
        views = panels(shown, side=260)
        self._still = stacked(views, of_figure(curves)) if curves else views
        under = drawn(curves, t("The scores of both classes at each step")) if curves else ""
        self.picture.value = row(shown, side=260) + under

    def _curves(self, step, y):
        scores = torch.stack([scores for _, scores in self._seen])  # (steps, 1000)
        figure = Figure(figsize=(8, 2.3))
        ax = figure.add_axes((0.09, 0.22, 0.89, 0.72))
        for number, color in ((y, BEFORE), (self._target, AFTER)):
            ax.plot(scores[:, number], color=color, marker=".", label=self._classes.names[number])
        ax.axvline(step, color=MUTED, linewidth=1, linestyle="--")
        ax.set(xlabel=t("step"), ylabel=t("score"))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False)
        return figure


class _Watched(nn.Module):
    """The model, as seen by a picture measured in other units, and somebody who looks at each picture.

    `looks` is called with the picture (3, H, W) in the model's own units and with its scores (C,).
    """

    def __init__(self, model, unit, looks):
        super().__init__()
        self.model, self.unit, self._looks = model, unit, looks

    def forward(self, X):
        X = self.unit * X
        scores = self.model(X)
        self._looks(X[0].detach().cpu().clone(), scores[0].detach().cpu())
        return scores


class _Enough(Exception):  # noqa: N818
    """Ends the student's loop from inside the model; the message says why."""
