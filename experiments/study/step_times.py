"""How long a step of each kind of training takes on this machine, measured in turns."""

import copy

from cs231n.simclr.classifiers import BATCH, Rates, train_arm
from cs231n.simclr.comparison import arms_named
from cs231n.simclr.cost import metered

from ..fast.labelled import FastLabelled
from ..fast.loop import pretrain
from ..precision import NAMED
from .jobs import augmentation_of, classes_of, data_of, plan_of, untrained


def seconds_of_steps(settings, steps=4, rounds=5):
    """Return {"pretraining_step", "labelled_step"}, seconds with augmentation, loss and optimizer.

    They are the processor's, of one thread: what another job on the machine takes is not in them. One kind
    after the other, `rounds` times, since that job also slows memory and clock; the least of each counts.
    """
    images, labels = data_of(settings)["train"]
    augment, precision = augmentation_of(settings), NAMED[settings["precision"]]
    model, (arm,) = untrained(settings, 0), arms_named("scratch, augmented")
    labelled = FastLabelled(images[:BATCH], labels[:BATCH], augment, precision, seed=0)
    best = dict.fromkeys(("pretraining_step", "labelled_step"), float("inf"))
    for _ in range(rounds):
        trained = copy.deepcopy(model)
        few = images[: steps * settings["batch_size"]]
        with metered(trained) as meter:
            pretrain(trained, few, plan_of(settings, 0, (1e-3, 0.0), epochs=1), augment, precision)
        _, cost = train_arm(arm, model, labelled, steps, Rates(), classes_of(settings), seed=0)
        for name, spent in (("pretraining_step", meter.cost), ("labelled_step", cost)):
            best[name] = min(best[name], spent.cpu_seconds / spent.steps)
    return best
