"""Pairs per second of training: published recipe, lightly, the fast path, the encoder alone, in turns."""

import functools
import time

import numpy as np
import torch
from torch.utils.data import DataLoader

from cs231n.data_utils import load_cifar10_samples
from cs231n.simclr.classifiers import optimizer_of
from cs231n.simclr.model import Model
from experiments import precision
from experiments.fast.augment import Augmentation
from experiments.fast.loop import Plan, pretrain
from instructor.checks.reference import answer

from .timing import in_turns, ratio

HEADER = (
    "encoder, batch",
    "precision of the fast path",
    "published, pairs/s",
    "lightly",
    "fast",
    "encoder alone",
    "fast / published",
    "fast / lightly",
    "fast / encoder alone",
)


def rows(encoder, options):
    """Return one row of HEADER; medians over the rounds, ratios within each round."""
    torch.manual_seed(0)
    device, batch = options.device, options.batch_size
    images = _images(batch * options.steps)
    make = functools.partial(_model, encoder, device)
    chosen = options.precision
    if chosen == "auto":
        chosen = precision.fastest(make(), (2 * batch, 3, 32, 32), steps=1)
    ways = {
        "published": published(make(), images, options),
        "lightly": with_lightly(make(), images, options),
        "fast": fast(make(), images, options, precision.NAMED[chosen]),
        "limit": encoder_alone(make(), options, precision.NAMED[chosen]),
    }
    if options.compile:
        ways["fast"] = fast(torch.compile(make()), images, options, precision.NAMED[chosen])
    seconds = in_turns(ways, options.rounds, device, clock_of(options))
    rate = {name: len(images) / sorted(s)[len(s) // 2] for name, s in seconds.items()}
    return [
        (
            f"{encoder}, {batch}",
            f"{precision.NAMED[chosen]}{', compiled' if options.compile else ''}",
            *(f"{rate[name]:,.0f}" for name in ("published", "lightly", "fast", "limit")),
            f"{ratio(seconds['published'], seconds['fast']):.2f}",
            f"{ratio(seconds['lightly'], seconds['fast']):.2f}",
            f"{ratio(seconds['limit'], seconds['fast']):.2f}",
        )
    ]


def published(model, images, options):
    """The course's recipe: PIL transforms in a DataLoader, float32, contiguous, two forward passes, Adam."""
    transform = answer("compute_train_transform")()
    pairs = pairs_of(images, transform)
    loader = DataLoader(
        pairs,
        options.batch_size,
        shuffle=True,
        num_workers=options.workers,
        pin_memory=options.device != "cpu",
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-6)
    train = answer("train")
    return lambda: train(
        model, loader, optimizer, 1, 1, options.batch_size, 0.5, torch.device(options.device)
    )


def clock_of(options):
    """Return the clock that the options ask for. Raises SystemExit where CPU time says nothing: on a GPU."""
    if options.cpu_time and torch.device(options.device).type != "cpu":
        raise SystemExit("--cpu-time counts no work of a GPU: leave it out, or choose --device cpu.")
    return time.process_time if options.cpu_time else time.perf_counter


def pairs_of(images, transform):
    """Return the images as a dataset of the reference's CIFAR10Pair, without reading files."""
    pairs = answer("CIFAR10Pair").__new__(answer("CIFAR10Pair"))
    pairs.data, pairs.targets = images, [0] * len(images)
    pairs.transform, pairs.target_transform = transform, None
    return pairs


def with_lightly(model, images, options):
    """lightly's SimCLRTransform with the published strengths, its NTXentLoss, and otherwise the same."""
    from lightly.loss import NTXentLoss
    from lightly.transforms import SimCLRTransform
    from PIL import Image

    transform = SimCLRTransform(
        input_size=32,
        cj_strength=1.0,
        cj_bright=0.4,
        cj_contrast=0.4,
        cj_sat=0.4,
        cj_hue=0.1,
        gaussian_blur=0.0,
    )

    class Views(torch.utils.data.Dataset):
        def __len__(self):
            return len(images)

        def __getitem__(self, index):
            return transform(Image.fromarray(images[index]))

    loader = DataLoader(
        Views(),
        options.batch_size,
        shuffle=True,
        num_workers=options.workers,
        pin_memory=options.device != "cpu",
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-6)
    criterion = NTXentLoss(0.5)

    def epoch():
        model.train()
        for left, right in loader:
            loss = criterion(model(left.to(options.device))[1], model(right.to(options.device))[1])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch


def fast(model, images, options, chosen):
    """The given fast path, from uint8 images on the device to the optimizer's step."""
    tensors = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().to(options.device)
    plan = Plan(epochs=1, batch_size=options.batch_size)
    return lambda: pretrain(model, tensors, plan, Augmentation(), chosen)


def encoder_alone(model, options, chosen):
    """The limit: passes and optimizer's step on views that are ready, in the same precision."""
    views = torch.randn(2 * options.batch_size, 3, 32, 32, device=options.device)
    views = views.to(memory_format=chosen.layout)
    model = model.to(memory_format=chosen.layout).train()
    optimizer = optimizer_of(model, Plan())

    def steps():
        for _ in range(options.steps):
            with chosen.cast(options.device):
                out = model(views)[1]
            optimizer.zero_grad()
            out.float().square().sum().backward()
            optimizer.step()

    return steps


def _model(encoder, device):
    torch.manual_seed(0)
    return Model(encoder=encoder).to(device)


def _images(n):
    """So many images: the twenty of CIFAR-10 that are embedded, over and over."""
    samples = load_cifar10_samples()[0]
    return np.concatenate([samples] * (n // len(samples) + 1))[:n]
