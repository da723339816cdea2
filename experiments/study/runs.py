"""The runs of the study: those not finished are done and written down, one by one."""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed

from tqdm import tqdm

from .jobs import run_job
from .results import key_of, read_results


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
