"""The single runs that a fair comparison is made of: what one needs to know, and how it is done (given).

A run is a plain dict, so that it can be written down, looked up, and handed to another process.
"""

from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F

from ..data_utils import draw_labelled, load_cifar10, load_digits
from . import checkpoint
from .arms import ARMS
from .cost import Cost, flops_of_a_step, metered
from .evaluation import Classifier
from .fast_affine import AffineAugmentation
from .fast_augment import Augmentation
from .fast_classifier import BATCH, Rates, accuracy, fit, probe
from .fast_pretrain import Plan, pretrain
from .model import Model
from .precision import NAMED, keep_freed_memory

AUGMENTATIONS = {"digits": AffineAugmentation(), "cifar10": Augmentation()}
VALIDATION = {"digits": 50, "cifar10": 500}  # images of each class that only tuning looks at


def run_job(settings, job, folder):
    """Do one run and return it with what came of it.

    - settings: dict, see study.settings_of. folder: where pretrained encoders are kept.
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
    load = {"digits": load_digits, "cifar10": lambda split: load_cifar10(split)[:2]}[data]
    images, labels = load("train")
    held = torch.zeros(len(labels), dtype=torch.bool)
    held[torch.from_numpy(draw_labelled(labels, VALIDATION[data], seed=20_200_213))] = True
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
    return replace(AUGMENTATIONS[settings["data"]], size=settings["size"])


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
    steps = settings["epochs"] * (len(images) // batch)
    shape = (2 * batch, *images.shape[1:])
    flops = steps * _flops(settings["encoder"], "pretraining", shape)
    return Cost(2 * batch * steps, steps, flops, steps * settings["seconds"]["pretraining_step"])


def steps_of(settings, arm, images):
    """Return how many steps with labels the arm may take over so many labelled images."""
    steps, spent = settings["steps"], pretraining_cost(settings)
    if arm.match in ("images", "data"):
        return steps + round(spent.images / BATCH)
    if arm.match == "flops":
        shape = (BATCH, *data_of(settings)["train"][0].shape[1:])
        return steps + round(spent.flops / _flops(settings["encoder"], "labelled", shape))
    if arm.match == "seconds":
        return steps + round(spent.seconds / settings["seconds"]["labelled_step"])
    if arm.match == "epochs":
        return steps + round(settings["epochs"] * images / BATCH)
    return steps


@lru_cache
def _flops(encoder, kind, shape):
    model = Model(encoder=encoder)
    return flops_of_a_step(model if kind == "pretraining" else Classifier(model), shape)


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
    (arm,) = (arm for arm in ARMS if arm.name == job["arm"])
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
        epochs = round(pretraining_cost(settings).images / (2 * len(images)))
        model, before, _ = _pretrained(settings, job["seed"], job["pretraining_rates"], images, epochs)

    rates, precision = Rates(*job["rates"]), NAMED[settings["precision"]]
    steps = steps_of(settings, arm, len(images))
    if arm.frozen:
        classifier, cost = probe(model, images, labels, steps, rates, augment, precision, job["seed"])
    else:
        classifier, cost = fit(
            model, images, labels, steps, rates, augment, arm.augmented, precision, job["seed"]
        )
    return {"accuracy": accuracy(classifier, *data[job["split"]], augment), "cost": asdict(before + cost)}
