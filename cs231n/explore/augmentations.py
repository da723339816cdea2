"""Views of an image, and how alike two of them look to an encoder."""

import ipywidgets as widgets
import numpy as np
import torch
from PIL import Image

from ..check_examples.expect import expect_tensor
from ..data_utils import CIFAR10_MEAN, CIFAR10_STD
from ..plots import to_colors
from ..simclr.evaluation import device_of
from .drawing import panels, png, stacked
from .parts import Explorer, latest

TASK = "compute_train_transform"
PAIRS = 5


class AugmentationExplorer(Explorer):
    """Choose an image and how strongly it is changed; below it, pairs of views.

    - images: uint8 (N, 32, 32, 3), with names, a text for each.
    - encoder: a simclr.model.Model, or None. With one, each pair carries the cosine similarity of the two
      features: what the encoder thinks they have in common.

    The first rows are drawn by your compute_train_transform, those below by the same one once the sliders
    have set the strength of each of its steps.
    """

    def __init__(self, images, names, encoder=None):
        self._images, self._encoder = images, encoder
        self.image = widgets.Dropdown(
            options=[(f"{k}: {name}", k) for k, name in enumerate(names)], description="image"
        )
        self.crop = widgets.FloatSlider(value=0.08, min=0.05, max=1, step=0.01, description="least part")
        self.jitter = widgets.FloatSlider(value=1, min=0, max=2, step=0.05, description="color jitter")
        self.gray = widgets.FloatSlider(value=0.2, min=0, max=1, step=0.05, description="gray")
        self.flip = widgets.FloatSlider(value=0.5, min=0, max=1, step=0.05, description="flip")
        for slider in (self.crop, self.jitter, self.gray, self.flip):
            slider.continuous_update = False
        self.again = widgets.Button(description="draw again", icon="refresh")
        self.picture = widgets.Image(layout={"max_width": "100%"})
        self.alike = widgets.HTML()
        self._seed, self.similarities = 0, {}
        super().__init__(
            widgets.HBox([self.image, self.again]),
            widgets.HBox([self.crop, self.jitter]),
            widgets.HBox([self.gray, self.flip]),
            self.picture,
            self.alike,
        )
        self._draw()
        for control in (self.image, self.crop, self.jitter, self.gray, self.flip):
            control.observe(self._draw, "value")
        self.again.on_click(self._draw_again)

    def still(self):
        """Return the PIL image of the views."""
        return self._still

    def _draw_again(self, _button):
        self._seed += 1
        self._draw()

    def _draw(self, _change=None):
        image = self._images[self.image.value]
        rows = {}
        with self.told(TASK), torch.random.fork_rng(devices=[]):
            for name in ("yours", "sliders"):
                transform = latest(TASK)(seed=self._seed)
                if name == "sliders":
                    self._set_strengths(transform)
                views = [transform(Image.fromarray(image)) for _ in range(2 * PAIRS)]
                for view in views:
                    expect_tensor(view, (3, 32, 32), "a view")
                rows[name] = torch.stack(views)
        self.similarities = {name: self._similarity(views) for name, views in rows.items()}
        shown = [self._row(name, views, image) for name, views in rows.items()]
        self._still = stacked(*shown) if shown else panels([("the image", image)], side=120)
        self.picture.value = png(self._still)
        self.alike.value = self._mean()

    def _set_strengths(self, transform):
        """Set the steps of the student's transform as the sliders stand; say which of them are not in it."""
        k = self.jitter.value
        light, hue = (max(0, 1 - 0.4 * k), 1 + 0.4 * k), min(0.1 * k, 0.5)
        wanted = {
            "RandomResizedCrop": {"scale": (self.crop.value, 1.0)},
            "ColorJitter": {"brightness": light, "contrast": light, "saturation": light, "hue": (-hue, hue)},
            "RandomGrayscale": {"p": self.gray.value},
            "RandomHorizontalFlip": {"p": self.flip.value},
        }
        found = set()
        for step in _steps(transform):
            name = type(step).__name__  # in the first and the second version of torchvision's transforms
            found.add(name)
            for strength, value in wanted.get(name, {}).items():
                setattr(step, strength, value)
        if missing := [name for name in wanted if name not in found]:
            self.say(f"The sliders look for torchvision's {', '.join(missing)}; your transform has none.")

    @torch.no_grad()
    def _similarity(self, views):
        """Cosine similarity of each pair, views k and k + PAIRS; None without an encoder."""
        if self._encoder is None:
            return None
        training = self._encoder.training
        feature, _ = self._encoder.eval()(views.to(device_of(self._encoder)))  # of length 1
        self._encoder.train(training)
        return (feature[:PAIRS] * feature[PAIRS:]).sum(dim=1).tolist()

    def _row(self, name, views, image):
        pictures = [to_colors(view, CIFAR10_MEAN, CIFAR10_STD) for view in views]
        alike = self.similarities[name]
        titles = [f"pair {k + 1}" for k in range(PAIRS)]
        if alike is not None:
            titles = [f"similarity {value:.2f}" for value in alike]
        upper = [("yours" if name == "yours" else "by the sliders", image)]
        lower = [("", np.ones((2, 2, 3)))]
        for k, title in enumerate(titles):
            upper.append((title, pictures[k]))
            lower.append(("", pictures[PAIRS + k]))
        return stacked(panels(upper, side=120), panels(lower, side=120), gap=6)

    def _mean(self):
        if self._encoder is None:
            return "Give an encoder to see how alike it finds the two views of a pair."
        if not self.similarities:
            return ""
        means = {name: np.mean(values) for name, values in self.similarities.items()}
        return "Mean cosine similarity of the two views: " + ", ".join(
            f"{name} <b>{mean:.2f}</b>" for name, mean in means.items()
        )


def _steps(transform):
    """Yield a transform and, however deep, those that it is made of."""
    yield transform
    inner = getattr(transform, "transforms", None)
    if inner is None:
        inner = transform.children() if isinstance(transform, torch.nn.Module) else ()
    for each in inner:
        yield from _steps(each)
