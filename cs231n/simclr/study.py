"""A fair comparison over arms, label budgets and seeds, tuned equally hard and resumable (given).

A results folder holds settings.json, written once; results.jsonl, one finished run a line; and the encoders.
First every arm is tuned with as many trials, on a validation split and with a seed of its own; then every
arm is trained with its best trial's rates for every label budget and seed, and measured on the test split.
"""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import torch
from tqdm import tqdm

from . import precision
from .arms import ARMS, arms_named
from .study_jobs import data_of, encoder_file, pretraining_cost, run_job, steps_of, untrained
from .study_trial import seconds_of_steps

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
    - options: dict of those in ASKED, and of labels_per_class (list), seeds (number), jobs (processes), and
      arms (names; None for all of ARMS). More labels, seeds and arms can be asked for later.
    - folder: where results are kept. Raises ValueError when it holds those of other settings.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
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
    asked = {name: options[name] for name in ASKED}
    file = folder / "settings.json"
    if file.exists():
        settings = json.loads(file.read_text())
        different = [name for name in ASKED if settings[name] != asked[name]]
        different = [name for name in different if not (name == "precision" and asked[name] == "auto")]
        if different:
            was = ", ".join(f"{name} {settings[name]}" for name in different)
            raise ValueError(f"{folder} holds results with {was}. Choose another --results.")
        return settings
    if options["trials"] not in range(1, len(TRIALS) + 1):
        raise ValueError(f"trials is {options['trials']}; there are 1 to {len(TRIALS)} of them.")
    torch.set_num_threads(1)
    settings = asked | {"threads": 1, "torch": torch.__version__}
    images = data_of(settings)["train"][0]
    model = untrained(settings, 0)
    if asked["precision"] == "auto":
        settings["precision"] = precision.fastest(model, (2 * options["batch_size"], *images.shape[1:]))
    settings["seconds"] = seconds_of_steps(settings)
    _write(file, json.dumps(settings, indent=1) + "\n")
    return settings


ASKED = (
    "data",
    "size",
    "encoder",
    "epochs",
    "batch_size",
    "temperature",
    "steps",
    "trials",
    "tune_at",
    "precision",
)


class Runs:
    """The runs of a study: those finished, read from results.jsonl, and those to come."""

    def __init__(self, settings, folder, jobs=1, progress=True):
        self.settings, self.folder, self.jobs, self.progress = settings, folder, jobs, progress
        self.file = folder / "results.jsonl"
        self.finished = read_results(self.file)

    def do(self, wanted, title):
        """Do the wanted runs that are not finished, several at a time; each is written down when it ends."""
        done = {_key(run) for run in self.finished if self._is_there(run)}
        missing = [job for job in wanted if _key(job) not in done]
        costs = {_key(job): self._images(job) for job in missing}
        bar = tqdm(
            total=sum(costs.values()),
            desc=title,
            unit="image",
            unit_scale=True,
            disable=not self.progress or not missing,
        )
        # Seed after seed, so that a cut study has whole ones; the long runs first, so that no process idles.
        missing.sort(key=lambda job: (job["seed"], -costs[_key(job)]))
        for run in self._results(missing):
            self.finished.append(run)
            with open(self.file, "a") as out:
                out.write(json.dumps(run) + "\n")
                out.flush()
                os.fsync(out.fileno())
            bar.update(costs[_key(run)])
        bar.close()

    def _results(self, jobs):
        if self.jobs == 1 or len(jobs) < 2:
            yield from (run_job(self.settings, job, self.folder) for job in jobs)
            return
        # Fresh processes: a fork of one whose torch has threads may hang.
        with ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn")) as pool:
            futures = [pool.submit(run_job, self.settings, job, self.folder) for job in jobs]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _is_there(self, run):
        return run["kind"] != "pretrain" or encoder_file(self.folder, run).exists()

    def _images(self, job):
        """About how many images the run trains on, for the progress bar."""
        spent = pretraining_cost(self.settings).images
        if job["kind"] == "pretrain":
            return spent
        (arm,) = (arm for arm in ARMS if arm.name == job["arm"])
        steps = steps_of(self.settings, arm, 10 * (job["labels"] or 0))
        return (1 if arm.frozen else 64 * steps) + (spent if arm.pretrained == "labelled" else 0)


def read_results(file):
    """Return the finished runs; a last line that was cut off is left out, and done again."""
    runs = []
    if file.exists():
        lines = file.read_text().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith("\n")]
        runs = [json.loads(line) for line in whole]
        if len(whole) != len(lines):
            _write(file, "".join(whole))
    return runs


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


def _key(run):
    names = ("kind", "arm", "labels", "seed", "rates", "pretraining_rates", "split")
    return json.dumps([run.get(name) for name in names])


def _write(file, text):
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_text(text)
    os.replace(unfinished, file)
