"""The linear probe, on images of one pixel whose features are its R, G and B."""

import torch
from torch import nn

from ..words import t
from .expect import expect, expect_close, expect_tensor

# R is 0 or 2, G is 10 or 30, B is always 5: shifted and scaled, R and G are −1 or 1, and B is 0.
KNOWN = [(0.0, 10.0, 5.0), (0.0, 30.0, 5.0), (2.0, 10.0, 5.0), (2.0, 30.0, 5.0)]
LABELS = [1, 0, 1, 0]
# Four R are above the training images' mean of 1, two above their own of 2.4.
NEW = [(0.5, 20.0, 5.0), (1.5, 20.0, 5.0), (2.0, 0.0, 5.0), (3.0, 0.0, 5.0), (5.0, 20.0, 5.0)]
CLASSES = [0, 1, 1, 1, 0]


class _Model(nn.Module):
    """Features are the colors, the projection is their sum; in training mode, both are of another size."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("batches", torch.zeros(()))

    def forward(self, x):
        feature = x.flatten(1) * self.scale  # (B, 3)
        if self.training:
            self.batches += 1
            feature = feature * x.mean(dim=(1, 2, 3))[:, None]
        return feature, feature.sum(dim=1, keepdim=True)


def _probed(model):
    """What the student's linear_probe returns, and the features and labels of each call of fit."""
    from ..simclr.utils import linear_probe

    calls = []

    def fit(features, labels):
        calls.append((features, labels))
        return lambda features: features[:, :1] * torch.tensor([-1.0, 1.0])  # class 1: R above its mean

    sets = []
    for pixels, classes in ((KNOWN, LABELS), (NEW, CLASSES)):
        images, target = torch.tensor(pixels).view(-1, 3, 1, 1), torch.tensor(classes)
        sets.append(
            list(zip(images.split(3), target.split(3), strict=True))
        )  # a batch of 3 and a smaller one
    return linear_probe(model, *sets, fit=fit, device="cpu"), calls


def linear_probe_trains_once_on_features_of_the_training_images():
    """Each color of four images is brought to mean 0 and deviation 1, whatever mode the model comes in."""
    for training in (False, True):
        _, calls = _probed(_Model().train(training))
        expect(len(calls) == 1, t("fit must be called once, but was called {count} times.", count=len(calls)))
        features, labels = calls[0]
        what = t("what fit gets as features")
        expect_tensor(features, (4, 3), what)
        expect(not features.requires_grad, t("what fit gets as features must carry no gradient."))
        right = torch.tensor([(-1.0, -1.0, 0.0), (-1.0, 1.0, 0.0), (1.0, -1.0, 0.0), (1.0, 1.0, 0.0)])
        smaller = 0.75**0.5 * right  # by the other of the two standard deviations
        if torch.allclose(features, smaller, atol=1e-4):
            right = smaller
        because = t(
            "R is 0, 0, 2, 2, so its mean and its deviation are 1; G is 10, 30, 10, 30; B is always 5. The "
            "model must be in evaluation mode."
        )
        expect_close(
            features,
            right,
            what,
            because,
            likely=((t("that is before they are shifted and scaled."), KNOWN),),
        )
        same = isinstance(labels, torch.Tensor) and labels.tolist() == LABELS
        expect(same, t("the labels that fit gets must be those of the training images, in their order."))


def linear_probe_counts_in_percent():
    """Of five test images the classifier takes four for class 1 and one for class 0, four of them rightly."""
    accuracy, _ = _probed(_Model().eval())
    because = t(
        "R is 0.5, 1.5, 2, 3, 5; above the training images' mean of 1 it means class 1; the classes are "
        "0, 1, 1, 1, 0."
    )
    likely = (
        (t("that is a share; in percent it is 80."), 0.8),
        (t("that is what the test images' own mean gives; shift by that of the training images."), 40.0),
        (t("that is without the shift that the training images got."), 60.0),
        (t("that is the mean over two batches; count images."), 75.0),
    )
    expect_close(torch.as_tensor(accuracy), 80.0, t("the accuracy"), because, 1e-3, likely)


def linear_probe_leaves_the_model_as_it_was():
    """Weights, statistics, gradients and the mode stay, whichever mode that is."""
    for training in (True, False):
        model = _Model().train(training)
        _probed(model)
        expect(
            model.training == training,
            t("the model came with training = {training} and must be left so.", training=training),
        )
        expect(
            float(model.batches) == 0,
            t("batches went through the model in training mode, which changes its statistics."),
        )
        expect(model.scale.requires_grad, t("the weights of the model must go on wanting a gradient."))
        expect(
            model.scale.grad is None and torch.equal(model.scale.detach(), torch.ones(3)),
            t("the model is frozen: its weights must get no gradient and must not change."),
        )


EXAMPLES = {
    "linear_probe": (
        linear_probe_trains_once_on_features_of_the_training_images,
        linear_probe_counts_in_percent,
        linear_probe_leaves_the_model_as_it_was,
    )
}
