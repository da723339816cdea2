"""Views of an image, and how alike two of them look to an encoder."""

import ipywidgets as widgets
import numpy as np
import torch
from PIL import Image

from ..check_examples.expect import expect_tensor
from ..data_utils import CIFAR10_MEAN, CIFAR10_STD
from ..plots import to_colors
from ..simclr.evaluation import device_of
from ..words import t
from .drawing import panels, row, stacked
from .parts import Explorer, latest

TASK = "compute_train_transform"
PAIRS = 5
SIDE = 96
# slider: the torchvision step that it sets. The student's own transform is asked to have the first four.
STEPS = {
    "crop": "RandomResizedCrop",
    "jitter": "ColorJitter",
    "gray": "RandomGrayscale",
    "flip": "RandomHorizontalFlip",
    "affine": "RandomAffine",
}
OWN = ("crop", "jitter", "gray", "flip")


class AugmentationExplorer(Explorer):
    """Choose an image and how strongly it is changed; below it, pairs of views.

    - images: uint8 (N, 32, 32, 3), with names, a text for each.
    - encoder: a simclr.model.Model, or None. With one, each pair carries the cosine similarity of the two
      features: what the encoder thinks they have in common.
    - make_views: what makes the transform that the encoder was trained with, from a PIL image to a tensor
      (3, 32, 32); None means your compute_train_transform.

    The first rows are drawn by that transform, those below by the same one once the sliders have set the
    strength of each of its steps. There is a slider for each step that it has.
    """

    def __init__(self, images, names, encoder=None, make_views=None):
        self._images, self._encoder = images, encoder
        own = make_views is None or getattr(make_views, "__name__", "") == TASK
        self._make_views = None if own else make_views
        self.image = widgets.Dropdown(
            options=[(f"{k}: {name}", k) for k, name in enumerate(names)], description=t("image")
        )
        self.crop = _slider(t("least part"), 0.08, low=0.05)
        self.jitter = _slider(t("color jitter"), 1, high=2)
        self.gray = _slider(t("gray"), 0.2)
        self.flip = _slider(t("flip"), 0.5)
        self.affine = _slider(t("turn, move"), 1, high=2)
        self.again = widgets.Button(description=t("draw again"), icon="refresh")
        self.picture, self.alike = widgets.HTML(), widgets.HTML()
        self._seed, self.similarities = 0, {}
        self._sliders = {name: getattr(self, name) for name in STEPS}
        super().__init__(
            widgets.HBox([self.image, self.again]),
            widgets.HBox([self.crop, self.jitter, self.affine]),
            widgets.HBox([self.gray, self.flip]),
            self.picture,
            self.alike,
        )
        self._draw()
        for control in (self.image, *self._sliders.values()):
            control.observe(self._draw, "value")
        self.again.on_click(self._draw_again)

    def still(self):
        """Return the PIL image of the views."""
        return stacked(*(panels(pictures, side=SIDE) for pictures in self._shown), gap=6)

    def _draw_again(self, _button):
        self._seed += 1
        self._draw()

    def _draw(self, _change=None):
        image, rows = self._images[self.image.value], {}
        with self.told(TASK), torch.random.fork_rng(devices=[]):
            for name in ("training", "sliders"):
                transform = self._transform()
                if name == "sliders":
                    self._set_strengths(transform)
                views = [transform(Image.fromarray(image)) for _ in range(2 * PAIRS)]
                for view in views:
                    expect_tensor(view, (3, 32, 32), t("a view"))
                rows[name] = torch.stack(views)
        self.similarities = {name: self._similarity(views) for name, views in rows.items()}
        self._shown = [part for name, views in rows.items() for part in self._row(name, views, image)]
        self._shown = self._shown or [[(t("the image"), image)]]
        self.picture.value = "".join(row(pictures, side=SIDE) for pictures in self._shown)
        self.alike.value = self._mean()

    def _transform(self):
        """The transform of the training, with the random numbers of this draw."""
        if self._make_views is None:
            return latest(TASK)(seed=self._seed)
        torch.manual_seed(self._seed)
        return self._make_views()

    def _set_strengths(self, transform):
        """Set the steps of the transform as the sliders stand; say which a student's own one lacks."""
        found = set()
        for step in _steps(transform):
            name = type(step).__name__  # in the first and the second version of torchvision's transforms
            found.add(name)
            for strength, value in self._wanted(name, step).items():
                setattr(step, strength, value)
        for name, slider in self._sliders.items():
            slider.layout.display = None if STEPS[name] in found else "none"
        if self._make_views is None and (missing := [STEPS[k] for k in OWN if STEPS[k] not in found]):
            missing = ", ".join(missing)
            self.say(
                t("The sliders look for torchvision's {missing}; your transform has none.", missing=missing)
            )

    def _wanted(self, name, step):
        """What a step's settings become; jitter and affine count in units of the step's own ones."""
        if name == STEPS["crop"]:
            return {"scale": (self.crop.value, 1.0)}
        if name == STEPS["jitter"]:
            k = self.jitter.value
            light = {
                key: _around(1, getattr(step, key), k) for key in ("brightness", "contrast", "saturation")
            }
            return light | {"hue": _around(0, step.hue, k, low=-0.5, high=0.5)}
        if name == STEPS["affine"]:
            k = self.affine.value
            move = step.translate and tuple(min(1.0, k * share) for share in step.translate)
            turn, shear = (
                [k * angle for angle in angles] if angles else angles for angles in (step.degrees, step.shear)
            )
            return {
                "degrees": turn,
                "translate": move,
                "scale": _around(1, step.scale, k, low=0.05),
                "shear": shear,
            }
        if name == STEPS["gray"]:
            return {"p": self.gray.value}
        return {"p": self.flip.value} if name == STEPS["flip"] else {}

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
        """The upper and the lower row of the pairs, with titles."""
        pictures = [np.clip(to_colors(view, CIFAR10_MEAN, CIFAR10_STD), 0, 1) for view in views]
        alike = self.similarities[name]
        below = [t("alike: {value:.2f}", value=value) for value in alike] if alike else [""] * PAIRS
        head = t("in training") if name == "training" else t("sliders")
        upper, lower = [(f"{head}\n{t('the image')}", image)], [("", None)]
        for k in range(PAIRS):
            upper.append((f"{t('pair {k}', k=k + 1)}\n{below[k]}", pictures[k]))
            lower.append(("", pictures[PAIRS + k]))
        return upper, lower

    def _mean(self):
        if self._encoder is None:
            return t("Give an encoder to see how alike it finds the two views of a pair.")
        if not self.similarities:
            return ""
        means = {name: np.mean(values) for name, values in self.similarities.items()}
        return t(
            "Mean cosine similarity of the two views: in training <b>{training:.2f}</b>, by the sliders "
            "<b>{sliders:.2f}</b>",
            **{name: means.get(name, float("nan")) for name in ("training", "sliders")},
        )


def _slider(description, value, low=0.0, high=1.0):
    return widgets.FloatSlider(
        value=value, min=low, max=high, step=0.01, description=description, continuous_update=False
    )


def _around(middle, ends, k, low=0.0, high=float("inf")):
    """An interval, its ends k times as far from the middle and cut off at low and high; None stays None."""
    return ends and tuple(min(max(middle + k * (end - middle), low), high) for end in ends)


def _steps(transform):
    """Yield a transform and, however deep, those that it is made of."""
    yield transform
    inner = getattr(transform, "transforms", None)
    if inner is None:
        inner = transform.children() if isinstance(transform, torch.nn.Module) else ()
    for each in inner:
        yield from _steps(each)
