"""The study: every cell of the question, tuned and then measured over the seeds; resumable."""

import json
import statistics
from pathlib import Path

import torch

from cs231n.data_utils import MissingData
from cs231n.simclr.classifiers import BATCH
from cs231n.simclr.comparison import TEMPERATURE

from .cells import Hours, job_of, tests, tuned
from .data import DATA
from .jobs import data_of, measured_times, times_key
from .results import key_of, write_whole
from .runs import Runs
from .tuning import EdgeOfGrid


def study(question, folder, cells=None, jobs=1, progress=True, say=print):
    """Do every run of the question that is not done yet; return the settings and the finished runs.

    Inputs:
    - question: contrast.Question. folder: where settings.json and results.jsonl are.
    - cells: names of those to do; None for all whose data are there. jobs: processes.
    - say: gets lines that tell where the study is.

    Raises ValueError when the folder holds results of another question or damaged ones, and, when all others
    are done, for cells whose tuning ended at the edge of its grid; MissingData for a named cell whose data
    are not there; OSError when the folder can't be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings_of(question, folder)
    runs = Runs(settings, folder, jobs, progress)
    wanted = [question.cell(name) for name in cells] if cells else list(question.cells)
    hours, unanswered = Hours(question, runs.finished), []
    for number, cell in enumerate(wanted, start=1):
        try:
            data_of(settings, cell.data)
        except MissingData as error:
            if cells:
                raise
            say(f"{cell.name}: left out, since {error}")
            continue
        say(f"{number} of {len(wanted)}: {cell.name}; {hours.of(wanted[number - 1 :]):.1f} CPU hours to go")
        try:
            do_cell(question, cell, settings, folder, runs)
        except EdgeOfGrid as error:
            unanswered.append(f"{cell.name}: {error}")
            say(f"{cell.name}: no answer, since {error}")
    if unanswered:
        raise ValueError(
            f"some cells have no answer. {'; '.join(unanswered)}. A wider grid in contrast.toml is "
            "another question, and takes another --results."
        )
    return settings, runs.finished


def settings_of(question, folder):
    """Return the folder's settings, or make them. Raises ValueError when they are of another question."""
    if question.recipe["temperature"] != TEMPERATURE or question.recipe["batch"] != BATCH:
        raise ValueError(
            f"the engine has temperature {TEMPERATURE} and batch {BATCH}; the question has others."
        )
    unknown = {cell.data for cell in question.cells} - DATA.keys()
    if unknown:
        raise ValueError(f"there is no data set {sorted(unknown)[0]!r}; there are {', '.join(DATA)}.")
    file = folder / "settings.json"
    if file.exists():
        try:
            settings = json.loads(file.read_bytes())
            asked = settings["question"]
            assert {"torch", "step_seconds"} <= settings.keys()
        except (ValueError, KeyError, TypeError, AssertionError):
            raise ValueError(
                f"{file} can't be read as the settings of a study. Choose another --results."
            ) from None
        if asked != question.fingerprint:
            raise ValueError(
                f"{folder} holds results of another experiments/contrast.toml ({asked}; this one is "
                f"{question.fingerprint}). Choose another --results."
            )
    else:
        settings = {"question": question.fingerprint, "torch": torch.__version__, "step_seconds": {}}
        write_settings(settings, folder)
    return settings | {"recipe": question.recipe, "validation": question.validation}


def write_settings(settings, folder):
    """Write down what a run needs beside the question to be repeated: version, seconds of a step."""
    kept = {name: settings[name] for name in ("question", "torch", "step_seconds")}
    write_whole(folder / "settings.json", json.dumps(kept, indent=1) + "\n")


def do_cell(question, cell, settings, folder, runs):
    """Tune the arms of a cell, or take another cell's rates, then measure them with every seed."""
    keep_times(cell, settings, folder)
    if cell.rates:
        rates = rates_of(question, question.cell(cell.rates), runs)
        share = best_pretrained(question, question.cell(cell.rates), rates, runs.finished)
        rates = {share: rates[share] for share in (question.contrast["minus"], share)}
    else:
        rates = tuned(question, cell, lambda wanted: runs.do(wanted, "tuning"))
    runs.do(tests(question, cell, rates), "seeds")


def keep_times(cell, settings, folder):
    """Measure the seconds of a step of both kinds, where settings.json does not have them yet."""
    job = job_of(cell, 0.5, 0, None, "tuning")
    seen = cell.images
    if seen == "labelled":
        labels = data_of(settings, cell.data)["train"][1]
        seen = len(labels) if cell.labels == "all" else cell.labels * len(labels.unique())
    if times_key(cell.data, seen, settings) not in settings["step_seconds"]:
        name, each = measured_times(settings, job)
        settings["step_seconds"][name] = each
        write_settings(settings, folder)


def rates_of(question, cell, runs):
    """Return {share: best rates} of a tuned cell. Raises ValueError when its trials are not finished."""
    finished = {key_of(run): run for run in runs.finished}
    try:
        return tuned(question, cell, lambda wanted: [finished[key_of(job)] for job in wanted])
    except KeyError:
        raise ValueError(f"the cell {cell.name!r} is not tuned yet; run it first.") from None


def best_pretrained(question, cell, rates, finished):
    """Return the pretrained share with the best mean validation accuracy over a cell's seeds."""
    found = {key_of(run): run for run in finished}
    try:
        worth = {
            share: statistics.fmean(
                found[key_of(job)]["validation"] for job in tests(question, cell, {share: rates[share]})
            )
            for share in question.arms()
        }
    except KeyError:
        raise ValueError(
            f"the cell {cell.name!r} is not measured with all its seeds yet; run it first."
        ) from None
    return max(worth, key=worth.get)
