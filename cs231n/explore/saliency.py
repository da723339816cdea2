"""Which pixels speak for a class: your saliency map beside two other ways to ask."""

import ipywidgets as widgets
import torch
from PIL import Image

from ..budget import budget
from ..check_examples.expect import expect_tensor
from ..image_utils import preprocess
from ..pretrained import best_device
from ..saliency_methods import noisy_copies
from ..words import t
from .drawing import overlaid, panels, row
from .parts import ClassNames, Explorer, latest, no_class

TASK = "compute_saliency_maps"


class SaliencyExplorer(Explorer):
    """Choose a photo, a class and how strongly the map covers the photo.

    - model: maps (N, 3, 224, 224) to scores (N, 1000). photos: uint8 (N, 224, 224, 3); labels: N classes.

    Three maps: yours; SmoothGrad, the mean of your maps of noisy copies (Smilkov et al. 2017,
    arXiv:1706.03825, section 2); and gradient × input (Shrikumar et al. 2016, arXiv:1605.01713), red where
    the score would fall if the pixel faded to the mean color, blue where it would rise.
    """

    def __init__(self, model, photos, labels):
        self._model, self._photos, self._labels = model, photos, [int(y) for y in labels]
        self._classes, self._maps = ClassNames(), {}
        titles = [(f"{k}: {self._classes.names[y]}", k) for k, y in enumerate(self._labels)]
        self.photo = widgets.Dropdown(options=titles, description=t("photo"))
        self.target = self._classes.chooser(self._labels[0], t("class"))
        self.strength = widgets.FloatSlider(value=0.7, min=0, max=1, step=0.05, description=t("overlay"))
        self.noise = widgets.FloatSlider(
            value=0.15, min=0, max=0.5, step=0.05, description=t("noise"), continuous_update=False
        )
        self.picture = widgets.HTML()
        super().__init__(
            widgets.HBox([self.photo, self.target]), widgets.HBox([self.strength, self.noise]), self.picture
        )
        self._draw()
        self.photo.observe(self._other_photo, "value")
        for control in (self.target, self.strength, self.noise):
            control.observe(self._draw, "value")

    def still(self):
        """Return the PIL image of the photo and its maps."""
        return self._still

    def _other_photo(self, _change):
        name = self._classes.names[self._labels[self.photo.value]]
        if self.target.value == name:
            self._draw()
        else:
            self.target.value = name  # which draws

    def _draw(self, _change=None):
        photo = self._photos[self.photo.value]
        y = self._classes.number(self.target.value)
        name = self._classes.names[self._labels[self.photo.value]]
        shown = [(f"{t('photo')}\n{name}", photo)]
        if y is None:
            self.say(no_class(self.target.value))
        else:
            target = self._classes.names[y]
            with self.told(TASK):
                function = latest(TASK)
                maps = self._maps_of(function, self.photo.value, y, self.noise.value)
                strength = self.strength.value
                shown.append((f"{t('your map')}\n{target}", overlaid(photo, maps["yours"], strength)))
                shown.append(
                    (f"{t('SmoothGrad of yours')}\n{target}", overlaid(photo, maps["smooth"], strength))
                )
            maps = self._times_input(self.photo.value, y)
            heat = overlaid(photo, maps, self.strength.value, "RdBu_r", signed=True)
            shown.append((f"{t('gradient × input')}\n{target}", heat))
        self._still = panels(shown)
        self.picture.value = row(shown, side=200)

    def _maps_of(self, function, k, y, noise):
        """The student's map and its mean over noisy copies; kept until the student edits the function."""
        key = (function.__code__, k, y, noise)
        if key not in self._maps:
            X = self._input(k)
            copies = noisy_copies(X, budget(12, 2), noise)
            y = torch.tensor([y], device=X.device)
            yours = function(X, y, self._model)
            expect_tensor(yours, (1, *X.shape[2:]), t("the saliency map of one photo"))
            noisy = function(copies, y.expand(len(copies)), self._model)
            expect_tensor(
                noisy, (len(copies), *X.shape[2:]), t("the saliency maps of {N} photos", N=len(copies))
            )
            self._maps[key] = {"yours": _array(yours[0]), "smooth": _array(noisy.mean(dim=0))}
        return self._maps[key]

    def _times_input(self, k, y):
        """How fast the score changes as each pixel fades: the slope in a dimmer that is 1 everywhere."""
        if ("times input", k, y) not in self._maps:
            X = self._input(k)
            dimmer = torch.ones_like(X[:, :1]).requires_grad_()
            score = self._model(dimmer * X)[0, y]
            self._maps["times input", k, y] = _array(torch.autograd.grad(score, dimmer)[0][0, 0])
        return self._maps["times input", k, y]

    def _input(self, k):
        weights = next(self._model.parameters(), None)
        return preprocess(Image.fromarray(self._photos[k])).to(
            best_device() if weights is None else weights.device
        )


def _array(x):
    return x.detach().cpu().numpy()
