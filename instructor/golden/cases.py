"""The submissions whose grades are frozen, and the class: made through the commands that people use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from instructor.golden.archives import HOSTILE, cut_off

ROOT = Path(__file__).resolve().parents[2]
SEED = 231

# A task, its wrong fill-in, and the tasks that it calls, which are right; all others are not started.
WRONG = {
    "compute_saliency_maps": ("wrong_no_absolute_value", ()),
    "make_fooling_image": ("wrong_not_normalized", ()),
    "class_visualization_update_step": ("wrong_no_penalty", ()),
    "deletion_curve": ("wrong_least_salient_first", ()),
    "compute_train_transform": ("wrong_vertical_flip", ()),
    "CIFAR10Pair": ("wrong_same_view_twice", ()),
    "sim": ("wrong_dot_product", ()),
    "simclr_loss_naive": ("wrong_temperature_missing_below", ("sim",)),
    "sim_positive_pairs": ("wrong_not_normalized", ()),
    "compute_sim_matrix": ("wrong_divided_by_rows_twice", ()),
    "simclr_loss_vectorized": ("wrong_self_similarity_kept", ("sim_positive_pairs", "compute_sim_matrix")),
    "train": (
        "wrong_zero_grad_missing",
        ("sim_positive_pairs", "compute_sim_matrix", "simclr_loss_vectorized"),
    ),
    "linear_probe": ("wrong_statistics_of_all_images", ()),
    "integrated_gradients": ("wrong_gradient_at_the_image", ()),
}
ROSTER = """\
First name,Surname,ID number,Email address,Group
Ann,Lee,2001,ann.lee@example.org,Monday
Jörg,Müller,2002,joerg@example.org,Monday
Li,Wei,2003,li.wei@example.org,Monday
Li,Wei,2004,wei.li@example.org,Tuesday
Bo,Olsen,2005,bo@example.org,Tuesday
Eve,Adams,2006,eve@example.org,Tuesday
Zoe,Young,2007,zoe@example.org,Tuesday
"""
ANSWER = "The map is brightest where a small change of a pixel changes the score of the class most."


class CommandError(Exception):
    """A command of the kit that did not do its work; the message says which, and what it said."""


def run(*words: object, expected: Sequence[int] = (0,), cwd: Path = ROOT) -> str:
    """Run a command as a user does; return what it printed. Raises CommandError for another exit status."""
    environment = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"}
    environment |= {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PYTHON": sys.executable}
    command = [str(word) for word in words]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode not in expected:
        raise CommandError(
            f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout


def kit(*words: object, expected: Sequence[int] = (0,)) -> str:
    """Run `python -m instructor` with these words."""
    return run(sys.executable, "-m", "instructor", *words, expected=expected)


def pack(target: Path, *fills: str, answer: str = "") -> Path:
    """Compose a student's checkout beside `target` and pack it; with `answer`, the first question has one."""
    checkout = target.with_suffix("")
    kit("compose", checkout, *(word for fill in fills for word in ("--fill", fill)))
    if answer:
        _write_answer(checkout / "notebooks" / "NetworkVisualization.ipynb", answer)
    run("bash", checkout / "collect_submission.sh", target)
    return target


def wrong_fills(task: str) -> list[str]:
    """The words for `compose` that give the frozen wrong answer to a task."""
    wrong, needed = WRONG[task]
    return ["unfilled", *(f"{other}=reference" for other in needed), f"{task}={wrong}"]


def write_wrong(folder: Path, work: Path) -> None:
    """One wrong answer for each task, as a class in `folder`."""
    folder.mkdir()
    for task in WRONG:
        pack(work / f"wrong-{task}.zip", *wrong_fills(task)).rename(folder / f"{task}.zip")


def write_hostile(folder: Path, work: Path) -> None:
    """The hostile archives, as a class in `folder`."""
    folder.mkdir()
    files = members(pack(work / "honest.zip", "unfilled", "sim=reference"))
    for name, make in HOSTILE.items():
        (folder / f"{name}.zip").write_bytes(make(dict(files)))


def write_class(folder: Path, work: Path) -> Path:
    """Six students in the layout of Canvas, and their roster, whose path is returned.

    One name is turned and one has lost its accents, one could be two people, one student has handed in twice,
    one zip can't be read, and one student of the roster has handed in nothing.
    """
    folder.mkdir()
    right = pack(work / "right.zip", "reference", answer=ANSWER)
    uploads = {
        "leeann_101_9001_submission.zip": right,
        "mullerjorg_LATE_102_9002_submission.zip": pack(
            work / "saliency.zip", *wrong_fills("compute_saliency_maps")
        ),
        "liwei_103_9003_submission.zip": pack(work / "blank.zip", "unfilled"),
        "olsenbo_104_9004_submission.zip": right,
        "olsenbo_104_9008_submission-1.zip": pack(work / "loss.zip", *wrong_fills("simclr_loss_naive")),
        "adamseve_106_9006_submission.zip": pack(work / "sim.zip", "reference", "sim=wrong_dot_product"),
    }
    for name, source in uploads.items():
        (folder / name).write_bytes(source.read_bytes())
    (folder / "nobody_105_9005_submission.zip").write_bytes(cut_off(members(right)))
    (roster := work / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return roster


def members(path: Path) -> dict[str, bytes]:
    """The files in a zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write_answer(path: Path, answer: str) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if "answer" in cell["metadata"].get("tags", ()))
    cell["source"] = [f"**Your answer:** {answer}"]
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
