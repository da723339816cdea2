"""The single runs that the study is made of: what one needs to know, and how it is done.

A run is a plain dict, so that it can be written down, looked up, and handed to another process.
"""

import base64

import numpy as np
import torch

from cs231n.simclr.classifiers import Rates, right
from cs231n.simclr.comparison import StepSeconds, run_arm, step_seconds, steps_of
from cs231n.simclr.model import Model

from ..fast.labelled import FastLabelled
from ..fast.loss import nt_xent
from ..precision import NAMED, keep_freed_memory
from .data import augmentation_of, images_of, labelled_indices, seen_indices


def run_job(settings, job):
    """Do one run and return it with what came of it.

    - settings: dict, see tuning.settings_of.
    - job: {"kind", "data", "labels", "images", "seconds", "share", "seed", "rates"}; kind is "tuning" or
      "test",
      images is None where the share is 0, rates are [with labels, of pretraining or None, weight decay].

    What comes of it: steps of both kinds, cost, top-1 in percent on the validation images; of a "test" also
    on the test images, and for which of them it was right.
    """
    torch.set_num_threads(1)
    keep_freed_memory()
    data = data_of(settings, job["data"])
    labelled, unlabelled = sources(settings, job)
    each = StepSeconds(*settings["step_seconds"][times_key(job["data"], len(unlabelled.images), settings)])
    steps = steps_of(job["share"], job["seconds"], each)
    rate, before, decay = job["rates"]
    rates = Rates(before or 0.0, decay), Rates(rate, decay)
    classes = int(data["train"][1].max()) + 1
    model = untrained(settings, job["seed"])
    classifier, cost = run_arm(model, labelled, unlabelled, steps, rates, classes, job["seed"], nt_xent)
    done = {"steps": steps, "cost": {"images": cost.images, "cpu_seconds": round(cost.cpu_seconds, 2)}}
    done["validation"] = percent(right(classifier, *data["validation"]))
    if job["kind"] == "test":
        hits = right(classifier, *data["test"])
        done |= {"top1": percent(hits), "right": packed(hits.numpy())}
    return job | done


def percent(hits):
    """Return how many of the hits, bool (n,), are True, in percent."""
    return round(100 * hits.float().mean().item(), 4)


def packed(hits):
    """Return bools (n,) as text: eight in a byte, the bytes in base64."""
    return base64.b64encode(np.packbits(hits).tobytes()).decode()


def data_of(settings, data):
    """Return the images of a data set, as data.images_of does."""
    return images_of(data, settings["recipe"]["size"], settings["validation"][data])


def untrained(settings, seed):
    """Return the model that everything starts from with this seed."""
    torch.manual_seed(seed)
    return Model(encoder=settings["recipe"]["encoder"])


def sources(settings, job):
    """Return (labelled images, those that SimCLR sees) of a run, each a FastLabelled."""
    images, labels = data_of(settings, job["data"])["train"]
    augment = augmentation_of(job["data"], settings["recipe"]["size"])
    precision = NAMED[settings["recipe"]["precision"]]
    chosen = labelled_indices(labels, job["labels"], job["seed"])
    seen = seen_indices(labels, chosen, job["images"] or "labelled", job["seed"])
    return tuple(
        FastLabelled(images[few], labels[few], augment, precision, job["seed"]) for few in (chosen, seen)
    )


def times_key(data, images, settings):
    """Return the name of the step times for SimCLR on so many images: data set and batch set them."""
    return f"{data}, batch {min(images, settings['recipe']['batch'])}"


def measured_times(settings, job):
    """Return (name, [seconds of a step of SimCLR, with labels]) for a run, measured here on one thread."""
    torch.set_num_threads(1)
    keep_freed_memory()
    labelled, unlabelled = sources(settings, job)
    classes = int(data_of(settings, job["data"])["train"][1].max()) + 1
    each = step_seconds(untrained(settings, 0), labelled, unlabelled, classes, nt_xent)
    name = times_key(job["data"], len(unlabelled.images), settings)
    return name, [round(each.pretraining, 6), round(each.labelled, 6)]
