"""The single runs that a fair comparison is made of: what one needs to know, and how it is done.

A run is a plain dict, so that it can be written down, looked up, and handed to another process.
"""

from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F

from cs231n.data_utils import draw_labelled, load_cifar10, load_digits, load_photo_tiles
from cs231n.simclr import comparison
from cs231n.simclr.classifiers import BATCH, Rates, accuracy, train_arm
from cs231n.simclr.cost import Cost, flops_of_a_step, metered
from cs231n.simclr.evaluation import Classifier
from cs231n.simclr.model import Model

from .. import checkpoint
from ..fast.affine import AffineAugmentation
from ..fast.augment import Augmentation
from ..fast.labelled import FastLabelled
from ..fast.loop import Plan, pretrain
from ..precision import NAMED, keep_freed_memory

# name: (what loads a split, the augmentation, images of each class that only tuning looks at)
DATA = {
    "digits": (load_digits, AffineAugmentation(), 50),
    "tiles": (load_photo_tiles, Augmentation(), 50),
    "cifar10": (lambda split: load_cifar10(split)[:2], Augmentation(), 500),
}


def run_job(settings, job, folder):
    """Do one run and return it with what came of it.

    - settings: dict, see tuning.settings_of. folder: where pretrained encoders are kept.
    - job: {"kind": "pretrain", "seed", "rates"} keeps an encoder; {"kind": "arm", "arm", "labels", "seed",
      "rates", "pretraining_rates", "split"} trains an arm and measures it on "validation" or "test". `rates`
      are [learning rate, weight decay].
    """
    torch.set_num_threads(settings["threads"])
    keep_freed_memory()
    done = _pretrain(settings, job, folder) if job["kind"] == "pretrain" else _arm(settings, job, folder)
    return job | done


def encoder_file(folder, job):
    """Return where the encoder of a pretraining run is kept."""
    rate, decay = job["rates"]
    return Path(folder) / "encoders" / f"seed{job['seed']}_rate{rate:g}_decay{decay:g}.pt"


@lru_cache(maxsize=2)
def images_of(data, size=32):
    """Return {"train", "validation", "test"}: (uint8 images (N, 3, size, size), labels (N,)) of a data set.

    The validation images are drawn from the training images, the same ones for every seed. Each pixel of a
    smaller image is the mean of those it stands for.
    """
    load, _, validation = DATA[data]
    images, labels = load("train")
    held = torch.zeros(len(labels), dtype=torch.bool)
    held[torch.from_numpy(draw_labelled(labels, validation, seed=20_200_213))] = True
    images, labels = _tensors(images, labels, size)
    return {
        "train": (images[~held], labels[~held]),
        "validation": (images[held], labels[held]),
        "test": _tensors(*load("test"), size),
    }


def _tensors(images, labels, size):
    images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    if images.shape[2] != size:
        images = F.adaptive_avg_pool2d(images.float(), size).round_().byte()
    return images, torch.from_numpy(labels)


def data_of(settings):
    """Return the images of a study, as images_of does."""
    return images_of(settings["data"], settings["size"])


def augmentation_of(settings):
    """Return the augmentation of a study's images, at their size."""
    return replace(DATA[settings["data"]][1], size=settings["size"])


def classes_of(settings):
    """Return the number of classes of a study's images."""
    return int(data_of(settings)["train"][1].max()) + 1


def untrained(settings, seed):
    """Return the model that everything starts from with this seed."""
    torch.manual_seed(seed)
    return Model(encoder=settings["encoder"])


def plan_of(settings, seed, rates, epochs=None):
    """Return the Plan of a pretraining run."""
    rate, decay = rates
    return Plan(
        epochs or settings["epochs"], settings["batch_size"], rate, decay, settings["temperature"], seed
    )


def pretraining_cost(settings):
    """Return the Cost of pretraining on all images; its seconds come from the trial in the settings."""
    images, batch = data_of(settings)["train"][0], settings["batch_size"]
    batch = min(batch, len(images))
    steps = settings["epochs"] * (len(images) // batch)
    flops = steps * _flops(settings["encoder"], (2 * batch, *images.shape[1:]))
    return Cost(2 * batch * steps, steps, flops, steps * settings["seconds"]["pretraining_step"])


def epochs_of(settings, images):
    """Return how many epochs of pretraining over so many images show as many views as that over all does.

    What is left over of the images after whole batches is not seen in an epoch.
    """
    batch = min(settings["batch_size"], images)
    views = 2 * batch * Plan(batch_size=batch).steps(images)
    return round(pretraining_cost(settings).images / views)


def steps_of(settings, arm, images):
    """Return how many steps with labels the arm may take over so many labelled images."""
    shape = (BATCH, *data_of(settings)["train"][0].shape[1:])
    terms = comparison.Terms(
        settings["steps"],
        pretraining_cost(settings),
        settings["epochs"],
        _flops(settings["encoder"], shape, classes_of(settings)),
        settings["seconds"]["labelled_step"],
    )
    return comparison.steps_of(arm, terms, images)


@lru_cache
def _flops(encoder, shape, classes=None):
    """Of one step of pretraining, or, given the number of classes, of one with labels."""
    model = Model(encoder=encoder)
    return flops_of_a_step(Classifier(model, classes) if classes else model, shape)


def _pretrain(settings, job, folder):
    file = encoder_file(folder, job)
    model, cost, losses = _pretrained(settings, job["seed"], job["rates"], data_of(settings)["train"][0])
    checkpoint.save({"model": model.state_dict(), "cost": asdict(cost)}, file)
    return {"loss": losses[-1], "cost": asdict(cost)}


def _pretrained(settings, seed, rates, images, epochs=None):
    model = untrained(settings, seed)
    plan = plan_of(settings, seed, rates, epochs)
    precision = NAMED[settings["precision"]]
    with metered(model) as meter:
        losses = pretrain(model, images, plan, augmentation_of(settings), precision)
    return model, meter.cost, losses


def _arm(settings, job, folder):
    (arm,) = comparison.arms_named(job["arm"])
    data, augment = data_of(settings), augmentation_of(settings)
    images, labels = data["train"]
    if arm.match != "data":
        chosen = torch.from_numpy(draw_labelled(labels, job["labels"], job["seed"]))
        images, labels = images[chosen], labels[chosen]

    model, before = untrained(settings, job["seed"]), Cost()
    if arm.pretrained == "all":
        state = checkpoint.load(
            encoder_file(folder, {"seed": job["seed"], "rates": job["pretraining_rates"]})
        )
        model.load_state_dict(state["model"])
        before = Cost(**state["cost"])
    elif arm.pretrained == "labelled":
        epochs = epochs_of(settings, len(images))
        model, before, _ = _pretrained(settings, job["seed"], job["pretraining_rates"], images, epochs)

    precision = NAMED[settings["precision"]]
    labelled = FastLabelled(images, labels, augment, precision, job["seed"])
    steps, rates = steps_of(settings, arm, len(images)), Rates(*job["rates"])
    classifier, cost = train_arm(arm, model, labelled, steps, rates, classes_of(settings), job["seed"])
    return {"accuracy": accuracy(classifier, *data[job["split"]]), "cost": asdict(before + cost)}
