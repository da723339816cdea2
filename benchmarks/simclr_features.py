"""Are the features of the fast path as good? Both ways from the same weights, over seeds, on the digits.

Both have the same optimizer and learning rates; they differ in how views are made, in the number format, and
in one forward pass for both views instead of two.
"""

import itertools
import statistics

import torch
from torch.utils.data import DataLoader

from cs231n.simclr.classifiers import Rates, accuracy, optimizer_of, probe, set_rate
from cs231n.simclr.comparison import interval
from cs231n.simclr.datasets import digit_transform
from cs231n.simclr.model import Model
from experiments import precision
from experiments.fast.affine import AffineAugmentation
from experiments.fast.loop import Plan, pretrain
from experiments.study.data import images_of
from instructor.checks.reference import answer

from .simclr_training import pairs_of
from .timing import table

LABELS = 10  # a class, for the probe


def main(options):
    """Print the probe's accuracy after both ways of pretraining, and the paired difference."""
    rows = [one_seed(seed, options) for seed in range(options.seeds)]
    lines = [(seed, *(f"{a:.1f}" for a in accuracies)) for seed, accuracies in enumerate(rows)]
    lines.append(("mean", *(f"{statistics.fmean(column):.1f}" for column in zip(*rows, strict=True))))
    print(table(("seed", "untrained", "published recipe", "fast path"), lines))
    mean, half = interval([fast - published for _, published, fast in rows])
    print(f"\nfast - published: {mean:+.1f}" + (f" ± {half:.1f}" if half is not None else ""))


def one_seed(seed, options):
    """Return the accuracies in percent: of the untrained encoder, the published recipe and the fast path."""
    data = images_of("digits")
    images, labels = (part.to(options.device) for part in data["train"])
    chosen = torch.cat([torch.nonzero(labels == c)[:, 0][:LABELS] for c in range(10)])
    augment = AffineAugmentation()

    def judge(model):
        classifier, _ = probe(model, images[chosen], labels[chosen], 200, Rates(1e-2), 10, seed)
        return accuracy(classifier, *data["test"])

    def untrained():
        torch.manual_seed(seed)
        return Model(encoder="small").to(options.device)

    slow, plan = untrained(), Plan(epochs=options.epochs, seed=seed)
    pairs = pairs_of(images.permute(0, 2, 3, 1).cpu().numpy(), digit_transform())
    loader = DataLoader(pairs, plan.batch_size, shuffle=True, drop_last=True)
    optimizer, steps = optimizer_of(slow, plan), itertools.count()
    optimizer.register_step_pre_hook(
        lambda *_: set_rate(optimizer, plan.learning_rate, next(steps) / (plan.epochs * len(loader)))
    )
    train, device = answer("train"), torch.device(options.device)
    for epoch in range(plan.epochs):
        train(slow, loader, optimizer, epoch + 1, plan.epochs, plan.batch_size, plan.temperature, device)

    fast = untrained()
    chosen_precision = precision.NAMED[precision.fastest(fast, (256, 3, 32, 32))]
    pretrain(fast, images, plan, augment, chosen_precision)
    return judge(untrained()), judge(slow), judge(fast)
