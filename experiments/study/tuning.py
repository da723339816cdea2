"""A fair comparison over arms, label budgets and seeds, tuned equally hard and resumable.

A results folder holds settings.json, written once; results.jsonl, one finished run a line; and the encoders.
First every arm is tuned with as many trials, on a validation split and with a seed of its own; then every
arm is trained with its best trial's rates for every label budget and seed, and measured on the test split.
"""

import json
from pathlib import Path

import torch

from cs231n.data_utils import draw_labelled
from cs231n.simclr.comparison import ARMS, arms_named

from .. import precision
from .jobs import data_of, untrained
from .runs import ASKED, Runs, read_settings, write_whole
from .step_times import seconds_of_steps

TUNING_SEED = 1000

# The trials, in this order: (learning rate, weight decay) of training with labels; of the linear layer of a
# probe ten times the rate; and the learning rate of pretraining, for the arms that have one.
TRIALS = (
    ((1e-3, 1e-4), 1e-3),
    ((3e-3, 1e-2), 3e-3),
    ((3e-4, 1e-4), 1e-3),
    ((1e-3, 1e-2), 3e-3),
    ((3e-3, 1e-4), 1e-3),
    ((3e-4, 1e-2), 3e-3),
)
PRETRAINING_DECAY = 1e-6


def study(options, folder, progress=True):
    """Do every run that is not done yet; return the settings and the list of finished runs.

    Inputs:
    - options: dict of those in runs.ASKED, and of labels_per_class (list), seeds (number), arms (names,
      or None for all of ARMS) and jobs (processes). More labels, seeds and arms can be asked for later.
    - folder: where results are kept.

    Raises ValueError when the folder holds results of other settings or damaged ones, or when a class has
    fewer images than labels are asked for; OSError when the folder can't be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # What can't be done is said now, not after an hour of tuning.
    draw_labelled(data_of(options)["train"][1], max(*options["labels_per_class"], options["tune_at"]), seed=0)
    settings = settings_of(options, folder)
    runs = Runs(settings, folder, options["jobs"], progress)
    trials = range(settings["trials"])
    arms = arms_named(*options["arms"]) if options.get("arms") else ARMS
    pretrained = [arm for arm in arms if arm.pretrained == "all"]

    rates = {TRIALS[t][1] for t in trials if pretrained}
    runs.do([_pretraining(rate, TUNING_SEED) for rate in sorted(rates)], "pretraining, tuning")
    at = settings["tune_at"]
    runs.do([_arm_job(arm, at, TUNING_SEED, t, "validation") for t in trials for arm in arms], "tuning")
    best = {arm.name: best_trial(runs.finished, arm.name, at, settings["trials"]) for arm in arms}

    seeds = range(options["seeds"])
    rates = {TRIALS[best[arm.name]][1] for arm in pretrained}
    runs.do([_pretraining(rate, seed) for seed in seeds for rate in sorted(rates)], "pretraining")
    jobs = []
    for seed in seeds:
        for arm in arms:  # all labels: that arm does not depend on the label budget
            budgets = [None] if arm.match == "data" else options["labels_per_class"]
            jobs += [_arm_job(arm, labels, seed, best[arm.name], "test") for labels in budgets]
    runs.do(jobs, "arms")
    return settings, runs.finished


def best_trial(finished, arm, labels, trials):
    """Return the number of the arm's trial with the best validation accuracy, the first one of equals."""
    found = {
        run["trial"]: run["accuracy"]
        for run in finished
        if run["kind"] == "arm"
        and run["split"] == "validation"
        and run["arm"] == arm
        and run["labels"] == labels
    }
    return max(range(trials), key=lambda trial: (found[trial], -trial))


def settings_of(options, folder):
    """Return the folder's settings, or make them: what was asked for, and what a short trial measures.

    The trial gives the precision that is fastest here and the seconds of a step of each kind, from which the
    arm that is matched in time gets its number of steps; written down, a repeated run has the same numbers.
    """
    asked = {name: options[name] for name in ASKED} | {"torch": torch.__version__}
    file = folder / "settings.json"
    if file.exists():
        settings = read_settings(file)
        different = [name for name in asked if settings[name] != asked[name]]
        different = [name for name in different if not (name == "precision" and asked[name] == "auto")]
        if different:
            was = ", ".join(f"{name} {settings[name]}" for name in different)
            raise ValueError(f"{folder} holds results with {was}. Choose another --results.")
        return settings
    if options["trials"] not in range(1, len(TRIALS) + 1):
        raise ValueError(f"trials is {options['trials']}; there are 1 to {len(TRIALS)} of them.")
    torch.set_num_threads(1)
    settings = asked | {"threads": 1}
    images = data_of(settings)["train"][0]
    model = untrained(settings, 0)
    if asked["precision"] == "auto":
        settings["precision"] = precision.fastest(model, (2 * options["batch_size"], *images.shape[1:]))
    settings["seconds"] = seconds_of_steps(settings)
    write_whole(file, json.dumps(settings, indent=1) + "\n")
    return settings


def _pretraining(rate, seed):
    return {"kind": "pretrain", "seed": seed, "rates": [rate, PRETRAINING_DECAY]}


def _arm_job(arm, labels, seed, trial, split):
    (rate, decay), pretraining_rate = TRIALS[trial]
    return {
        "kind": "arm",
        "arm": arm.name,
        "labels": labels,
        "seed": seed,
        "trial": trial,
        "rates": [rate * 10 if arm.frozen else rate, decay],
        "pretraining_rates": [pretraining_rate, PRETRAINING_DECAY] if arm.pretrained else None,
        "split": split,
    }
