"""The runs of the study: those not finished are done and written down, one by one."""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed

from tqdm import tqdm

from .jobs import run_job

KEY = ("kind", "data", "labels", "images", "seconds", "share", "seed", "rates")


class Runs:
    """The runs of a study: those finished, read from results.jsonl, and those to come."""

    def __init__(self, settings, folder, jobs=1, progress=True):
        self.settings, self.jobs, self.progress = settings, jobs, progress
        self.file = folder / "results.jsonl"
        self.finished = read_results(self.file)

    def missing(self, wanted):
        """Return those of the wanted runs that are not finished, each once, in their order."""
        done = {key_of(run) for run in self.finished}
        return list({key_of(job): job for job in wanted if key_of(job) not in done}.values())

    def do(self, wanted, title):
        """Do the wanted runs that are not finished, several at a time; each is written down when it ends.

        Returns: the wanted runs, finished, in their order.
        """
        missing = self.missing(wanted)
        # In seconds of training, so that the bar's time left is right also where runs differ in length.
        total = sum(job["seconds"] for job in missing)
        form = "{desc}: {percentage:3.0f}% {n:.0f}/{total:.0f} CPU s [{elapsed}<{remaining}]"
        quiet = not self.progress or not missing
        with tqdm(total=total, desc=title, disable=quiet, bar_format=form) as bar:
            for run in self._results(missing):
                self.finished.append(run)
                with open(self.file, "a", encoding="utf-8") as out:
                    out.write(json.dumps(run) + "\n")
                    out.flush()
                    os.fsync(out.fileno())
                bar.update(run["seconds"])
        found = {key_of(run): run for run in self.finished}
        return [found[key_of(job)] for job in wanted]

    def _results(self, jobs):
        if self.jobs == 1 or len(jobs) < 2:
            yield from (run_job(self.settings, job) for job in jobs)
            return
        # Fresh processes: a fork of one whose torch has threads may hang.
        with ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn")) as pool:
            futures = [pool.submit(run_job, self.settings, job) for job in jobs]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


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
            named = {"top1", "right"} if run["kind"] == "test" else set()
            if not {*KEY, "steps", "cost", "validation", *named} <= run.keys():
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
    return json.dumps([run[name] for name in KEY])


def write_whole(file, text):
    """Replace a file in one step: whoever is killed while writing leaves the last whole one."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)
