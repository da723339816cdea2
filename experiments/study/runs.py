"""The runs of a fair comparison: those not finished are done and written down, one by one."""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed

from tqdm import tqdm

from cs231n.simclr.classifiers import BATCH
from cs231n.simclr.comparison import ARMS

from .jobs import classes_of, encoder_file, pretraining_cost, run_job, steps_of

# What a study is asked and keeps, so that all its runs have the same.
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
        done = {key_of(run) for run in self.finished if self._is_there(run)}
        missing = [job for job in wanted if key_of(job) not in done]
        costs = {key_of(job): self._images(job) for job in missing}
        bar = tqdm(
            total=sum(costs.values()),
            desc=title,
            unit="image",
            unit_scale=True,
            disable=not self.progress or not missing,
        )
        # Seed after seed, so that a cut study has whole ones; the long runs first, so that no process idles.
        missing.sort(key=lambda job: (job["seed"], -costs[key_of(job)]))
        for run in self._results(missing):
            self.finished.append(run)
            with open(self.file, "a") as out:
                out.write(json.dumps(run) + "\n")
                out.flush()
                os.fsync(out.fileno())
            bar.update(costs[key_of(run)])
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
        steps = steps_of(self.settings, arm, classes_of(self.settings) * (job["labels"] or 0))
        return (1 if arm.frozen else BATCH * steps) + (spent if arm.pretrained == "labelled" else 0)


def read_study(folder):
    """Return (settings, finished runs) of a results folder. Raises ValueError when it holds none."""
    return read_settings(folder / "settings.json"), read_results(folder / "results.jsonl")


def read_settings(file):
    """Return the settings of a study. Raises ValueError when the file is not such a one."""
    try:
        settings = json.loads(file.read_bytes())
        if not {*ASKED, "torch", "threads", "seconds"} - settings.keys():
            return settings
    except (ValueError, AttributeError):
        pass
    raise ValueError(f"{file} can't be read as the settings of a study. Choose another --results.")


def read_results(file):
    """Return the finished runs; a last line that was cut off is left out, and done again.

    Raises ValueError for another line that is not a finished run.
    """
    if not file.exists():
        return []
    *whole, rest = file.read_bytes().split(b"\n")
    runs = []
    for number, line in enumerate(whole, start=1):
        try:
            run = json.loads(line)
            named = ("accuracy", "split") if run["kind"] == "arm" else ("loss",)
            if not {"seed", "rates", "cost", *named} <= run.keys():
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"{file}, line {number}, is not a finished run. Delete the line; its run is then done again."
            ) from None
        runs.append(run)
    if rest:
        write_whole(file, "".join(json.dumps(run) + "\n" for run in runs))
    return runs


def key_of(run):
    """Return what tells a run from others, whatever came of it."""
    names = ("kind", "arm", "labels", "seed", "rates", "pretraining_rates", "split")
    return json.dumps([run.get(name) for name in names])


def write_whole(file, text):
    """Replace a file in one step: whoever is killed while writing leaves the last whole one."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)
