"""The runs that a cell of the question is made of, and how long they take."""

from .results import key_of
from .tuning import first_grid, tune


def tests(question, cell, rates):
    """Return the measured runs of a cell, seed after seed, so that a cut study has whole ones."""
    seeds = range(question.contrast["seeds"])
    return [job_of(cell, share, seed, rates[share], "test") for seed in seeds for share in rates]


def job_of(cell, share, seed, rates, kind):
    """Return one run of a cell, see jobs.run_job. Its images do not matter where nothing is pretrained."""
    return {
        "kind": kind,
        "data": cell.data,
        "labels": cell.labels,
        "images": cell.images if share else None,
        "seconds": cell.seconds,
        "share": share,
        "seed": seed,
        "rates": rates,
    }


def tuned(question, cell, do):
    """Return {share: best rates} of a cell. do: returns the finished runs of those wanted, in their order."""

    def trials(wanted):
        seed = question.tuning["seed"]
        each = [
            (s, job_of(cell, s, seed, rates, "tuning")) for s, trials in wanted.items() for rates in trials
        ]
        finished = do([job for _, job in each])
        return {s: [run for (of, _), run in zip(each, finished, strict=True) if of == s] for s in wanted}

    return tune(
        first_grid(question.tuning), question.contrast["shares"], question.tuning["extensions"], trials
    )[0]


class Hours:
    """How much time of the processor the plan takes at most before levels are added: training alone."""

    def __init__(self, question, finished):
        self.question, self.done = question, {self._plain(run) for run in finished}

    def of(self, cells):
        """Return the CPU hours of the runs of these cells that were not done when this was made."""
        jobs = {self._plain(job): job["seconds"] for cell in cells for job in self._jobs(cell)}
        return sum(seconds for key, seconds in jobs.items() if key not in self.done) / 3600

    def _jobs(self, cell):
        shares, first = self.question.contrast["shares"], first_grid(self.question.tuning)
        if not cell.rates:
            for share in shares:
                seed = self.question.tuning["seed"]
                yield from (job_of(cell, share, seed, rates, "tuning") for rates in first.trials(share))
        yield from tests(self.question, cell, dict.fromkeys(shares[:2] if cell.rates else shares))

    def _plain(self, run):
        """What tells the runs of a plan apart: the rates of measured ones are not known before tuning."""
        return key_of(run | {"rates": None}) if run["kind"] == "test" else key_of(run)
