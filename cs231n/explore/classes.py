"""A class visualization that grows while you watch."""

import time

import ipywidgets as widgets
import torch

from ..budget import budget
from ..canvas import Frequencies, Pixels, RandomTransform, learning_rate_for
from ..image_utils import deprocess
from ..simclr.evaluation import device_of
from ..words import t
from .drawing import panels, row, stacked
from .parts import Seeker

SIZE = 224
SECONDS = 0.25  # between two live pictures
GROWTH = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1)  # shares of the steps whose pictures are kept
CANVASES = {"waves": lambda: Frequencies(SIZE), "pixels": Pixels}


class ClassExplorer(Seeker):
    """Choose a class, canvas and lens, press start, and stop when you like what you see.

    - model: maps (1, 3, 224, 224) to scores (1, 1000), in evaluation mode.
    - fill: whether to paint a first picture right away, in a few steps.

    Your class_visualization_update_step takes the steps; the learning rate is set so that they have the
    chosen length. Whatever is changed while it runs counts from the next start on. Below stands how the
    picture has grown.
    """

    task = "class_visualization_update_step"

    def __init__(self, model, target_y=130, fill=True):
        self._model = model
        self.make_controls(target_y, t("class"))
        slider = {"continuous_update": False}
        self.canvas = widgets.Dropdown(
            options=[(t(name), name) for name in CANVASES], description=t("canvas")
        )
        self.shaking = widgets.FloatSlider(
            value=1, min=0, max=2, step=0.1, description=t("shaking"), **slider
        )
        self.length = widgets.FloatLogSlider(
            value=8,
            base=10,
            min=0,
            max=2,
            step=0.05,
            description=t("step size"),
            readout_format=".1f",
            **slider,
        )
        self.l2_reg = widgets.FloatLogSlider(
            value=5e-3, base=10, min=-5, max=-1, step=0.1, description=t("L2"), readout_format=".1e", **slider
        )
        self.iterations = widgets.IntSlider(
            value=budget(250, 20), min=10, max=1000, step=10, description=t("steps"), **slider
        )
        self.seed = widgets.BoundedIntText(value=2, min=0, max=9999, description=t("seed"))
        self.progress = widgets.IntProgress(value=0, min=0, max=1, layout={"width": "336px"})
        self.picture, self.strip = widgets.HTML(), widgets.HTML()
        controls = [
            self.target,
            self.canvas,
            self.shaking,
            self.length,
            self.l2_reg,
            self.iterations,
            self.seed,
        ]
        super().__init__(
            widgets.HBox(
                [
                    widgets.VBox([*controls, widgets.HBox([self.start, self.stop])]),
                    widgets.VBox([self.picture, self.progress]),
                ]
            ),
            self.strip,
        )
        self._growth = []
        self._show(self._noise(), f"{t('noise')}\n{t('press start')}")
        if fill:
            steps, self.iterations.value = self.iterations.value, budget(40, 10)
            self.fill()
            self.iterations.value = steps

    def still(self):
        """Return the PIL image of the last picture, and above it how it has grown."""
        last = panels(self._shown, side=336)
        return stacked(panels(self._growth, side=104), last) if self._growth else last

    def run(self, function, target_y):
        try:
            with self.told(self.task):
                self._grow(function, target_y)
        finally:
            self.start.disabled, self.stop.disabled = False, True
            self.refresh_still()

    def _grow(self, function, target_y):
        device = device_of(self._model)
        canvas, steps, l2_reg = (
            CANVASES[self.canvas.value]().to(device),
            self.iterations.value,
            self.l2_reg.value,
        )
        amount, name = self.shaking.value, self._classes.names[target_y]
        lens = RandomTransform(
            self._model, shift=round(32 * amount), scale=min(0.5 * amount, 0.9), turn=25 * amount
        )
        look = torch.nn.Sequential(canvas, lens)
        paint = self._noise().to(device).requires_grad_()
        self.progress.value, self.progress.max = 0, steps
        self._growth, kept = [], {round(steps * share) for share in GROWTH}

        rate = learning_rate_for(self.length.value, function, paint, look, target_y, l2_reg)
        drawn = 0.0
        for step in range(1, steps + 1):
            function(paint, look, target_y, l2_reg, rate * (1 - (step - 1) / steps))
            if step in kept:
                self._keep(canvas(paint.detach()), step)
            if self.work.stopped:  # looks no further: whoever presses stop wants it now
                self.progress.value = step
                self._show(canvas(paint.detach()), f"{name}\n{t('stopped at step {step}', step=step)}")
                break
            if time.monotonic() - drawn > SECONDS or step == steps:
                chance = self._chance(canvas, paint, target_y).item()
                self.progress.value = step
                self._show(
                    canvas(paint.detach()),
                    f"{name}\n{t('step {step}, probability {chance:.0%}', step=step, chance=chance)}",
                )
                drawn = time.monotonic()

    @torch.no_grad()
    def _chance(self, canvas, paint, target_y):
        return self._model(canvas(paint)).softmax(dim=1)[0, target_y]

    def _noise(self):
        generator = torch.Generator().manual_seed(self.seed.value)
        return 0.01 * torch.randn(1, 3, SIZE, SIZE, generator=generator)

    def _keep(self, X, step):
        """Put the picture after a step into the strip."""
        self._growth.append((t("step {step}", step=step), deprocess(X, should_rescale=False)))
        self.strip.value = row(self._growth, side=104)

    def _show(self, X, title):
        self._shown = [(title, deprocess(X, should_rescale=False))]
        self.picture.value = row(self._shown, side=336)
        if not self._growth:
            self.strip.value = ""
