"""Encoder and projection head of SimCLR (given; Chen et al. 2020, arXiv:2002.05709, section 2.1)."""

import torch.nn.functional as F
from torch import nn
from torchvision.models import resnet18, resnet50


class Model(nn.Module):
    """An encoder f for 32 × 32 images and a projection head g, both from random weights.

    - feature_dim: length of the projection.
    - encoder: "resnet50" as in the paper; "resnet18"; or "small", four convolutions that a laptop's CPU
      trains in minutes. All end in an average over the picture, so that other sizes work as well.

    `feature_size` is the length of the feature: 2048, 512 or 256. Raises ValueError for another encoder.
    """

    def __init__(self, feature_dim=128, encoder="resnet50"):
        super().__init__()
        if encoder not in ENCODERS:
            raise ValueError(f"There is no encoder {encoder!r}; choose one of {', '.join(ENCODERS)}.")
        make, self.feature_size, hidden = ENCODERS[encoder]
        self.f = make()
        self.g = nn.Sequential(
            nn.Linear(self.feature_size, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, feature_dim),
        )

    def forward(self, x):
        """Return the feature and the projection of each image, both of length 1.

        Input x: float tensor (B, 3, H, W). Returns tensors (B, feature_size) and (B, feature_dim). The
        projection goes into the loss; the feature is what later tasks use.
        """
        feature = self.f(x).flatten(1)  # (B, feature_size)
        out = self.g(feature)  # (B, feature_dim)
        return F.normalize(feature, dim=-1), F.normalize(out, dim=-1)


def _resnet(build):
    """The layers of a ResNet up to its average, with CIFAR's stem: 3 × 3, no stride, no pooling."""
    layers = []
    for name, layer in build(weights=None).named_children():
        if name == "conv1":
            layers.append(nn.Conv2d(3, 64, kernel_size=3, stride=1, padding=1, bias=False))
        elif name not in ("maxpool", "fc"):
            layers.append(layer)
    return nn.Sequential(*layers)


def _small():
    # A stride of 2 from the first layer on: on digits it is twice as fast as a first stride of 1, and better.
    layers = []
    for c_in, c_out in ((3, 32), (32, 64), (64, 128), (128, 256)):
        layers += [
            nn.Conv2d(c_in, c_out, kernel_size=3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(c_out),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1))


# name: (what builds it, length of the feature, width of the projection head's hidden layer)
ENCODERS = {
    "resnet50": (lambda: _resnet(resnet50), 2048, 512),
    "resnet18": (lambda: _resnet(resnet18), 512, 512),
    "small": (_small, 256, 256),
}
