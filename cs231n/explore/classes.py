"""A class visualization that grows while you watch."""

import time

import ipywidgets as widgets
import torch

from ..budget import budget
from ..canvas import Frequencies, Pixels, RandomTransform, learning_rate_for
from ..image_utils import deprocess
from ..simclr.evaluation import device_of
from .drawing import panels, png
from .parts import Seeker

SIZE = 224
SECONDS = 0.25  # between two live pictures
CANVASES = {"waves": lambda: Frequencies(SIZE), "pixels": Pixels}


class ClassExplorer(Seeker):
    """Choose a class, canvas and lens, press start, and stop when you like what you see.

    - model: maps (1, 3, 224, 224) to scores (1, 1000), in evaluation mode.

    Your class_visualization_update_step takes the steps; the learning rate is set so that they have the
    chosen length. Whatever is changed while it runs counts from the next start on.
    """

    task = "class_visualization_update_step"

    def __init__(self, model, target_y=130):
        self._model = model
        self.make_controls(target_y, "class")
        slider = {"continuous_update": False}
        self.canvas = widgets.Dropdown(options=list(CANVASES), description="canvas")
        self.shaking = widgets.FloatSlider(value=1, min=0, max=2, step=0.1, description="shaking", **slider)
        self.length = widgets.FloatLogSlider(
            value=8, base=10, min=0, max=2, step=0.05, description="step size", readout_format=".1f", **slider
        )
        self.l2_reg = widgets.FloatLogSlider(
            value=5e-3, base=10, min=-5, max=-1, step=0.1, description="L2", readout_format=".1e", **slider
        )
        self.iterations = widgets.IntSlider(
            value=budget(250, 20), min=20, max=1000, step=10, description="steps", **slider
        )
        self.seed = widgets.BoundedIntText(value=2, min=0, max=9999, description="seed")
        self.progress = widgets.IntProgress(value=0, min=0, max=1, layout={"width": "336px"})
        self.picture = widgets.Image(layout={"width": "336px"})
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
            )
        )
        self._show(self._noise(), "noise\npress start")

    def still(self):
        """Return the PIL image of the last picture."""
        return self._still

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

        rate = learning_rate_for(self.length.value, function, paint, look, target_y, l2_reg)
        drawn = 0.0
        for step in range(1, steps + 1):
            function(paint, look, target_y, l2_reg, rate * (1 - (step - 1) / steps))
            if self.work.stopped:  # looks no further: whoever presses stop wants it now
                self.progress.value = step
                self._show(canvas(paint.detach()), f"{name}\nstopped at step {step}")
                break
            if time.monotonic() - drawn > SECONDS or step == steps:
                chance = self._chance(canvas, paint, target_y)
                self.progress.value = step
                self._show(canvas(paint.detach()), f"{name}\nstep {step}, probability {chance:.0%}")
                drawn = time.monotonic()

    @torch.no_grad()
    def _chance(self, canvas, paint, target_y):
        return self._model(canvas(paint)).softmax(dim=1)[0, target_y]

    def _noise(self):
        generator = torch.Generator().manual_seed(self.seed.value)
        return 0.01 * torch.randn(1, 3, SIZE, SIZE, generator=generator)

    def _show(self, X, title):
        self._still = panels([(title, deprocess(X, should_rescale=False))], side=336)
        self.picture.value = png(self._still)
