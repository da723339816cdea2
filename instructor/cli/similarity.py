"""`python -m instructor similarity FOLDER`: suspiciously alike code in a class, found by compare50.

A report to read by hand, never a part of a score. What was given is taken out; names and layout do not count.
compare50 is in an environment of its own, which `make similarity` makes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from instructor.core.tasks import ROOT, todo_modules

PYTHON = ROOT / ".venv-similarity" / "bin" / "python"
NOTHING = "no similarities found"  # what compare50 says then
SEED = "50"  # of Python's hashes, so that two runs rank alike


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "similarity",
        help="find suspiciously alike code in a class",
        description="Compare the code of all submissions in a folder with compare50 and write its report, "
        "to be read by hand. It shows students' text as it is: open it as you would open their files.",
    )
    add = command.add_argument
    add("path", type=Path, metavar="FOLDER", help="a class, as for grade")
    add("--results", type=Path, default=Path("results"), metavar="DIR", help="as for grade")
    add("--pairs", type=int, default=50, metavar="N", help="the most similar pairs to show (default: 50)")
    add("--python", type=Path, default=PYTHON, metavar="PATH", help="a Python that has compare50")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the report; return 0, or 2 when there is nothing to compare or to compare with."""
    from instructor.classroom.entries import ClassError
    from instructor.grading.intake import submission_name

    target = options.results / submission_name(options.path) / "similarity"
    try:
        with tempfile.TemporaryDirectory(prefix="cs231n-similarity-") as folder:
            submissions = _lay_out(options.path, Path(folder))
            target.parent.mkdir(parents=True, exist_ok=True)
            alike = _compare(submissions, Path(folder), target, options)
    except (ClassError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    found = f"{target / 'index.html'}. It is a hint, not a proof." if alike else "no two are alike."
    print(f"{len(submissions)} submissions compared: {found}")
    return 0


def _lay_out(path: Path, folder: Path) -> list[Path]:
    """Write each submission's modules into a folder of its own, and the released ones into `given`."""
    from instructor.classroom.entries import ClassError, read_class
    from instructor.grading.intake import IntakeError, read_submission

    for name in todo_modules():
        _put(folder / "given" / name, (ROOT / name).read_bytes())
    found = []
    for entry in read_class(path).entries:
        try:
            modules = read_submission(entry.path).modules if not entry.problem else {}
        except IntakeError:
            continue
        for name, data in modules.items():
            _put(folder / "submissions" / entry.name / name, data)
        found += [folder / "submissions" / entry.name] if modules else []
    if len(found) < 2:
        raise ClassError(f"{path.name} holds fewer than two submissions that can be read.")
    return found


def _compare(submissions: list[Path], folder: Path, target: Path, options: argparse.Namespace) -> bool:
    """Run compare50; False when it found nothing alike, and so wrote nothing.

    Raises ClassError when it is not there or fails.
    """
    from instructor.classroom.entries import ClassError

    if target.exists():
        raise ClassError(f"{target} is there already; move it away to compare again.")
    # Paths are relative because the report shows them; that of Python is not resolved, as it may be a link.
    names = [path.relative_to(folder).as_posix() for path in submissions]
    command = [os.path.abspath(options.python), "-m", "compare50", *names, "--distro", "given"]
    command += ["--passes", "structure", "-n", str(options.pairs), "--output", str(target.resolve())]
    environment = {**os.environ, "PYTHONHASHSEED": SEED}
    try:
        ran = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise ClassError(f"There is no {options.python}: `make similarity` makes it.") from None
    if not ran.returncode and NOTHING in ran.stdout + ran.stderr:
        return False
    if ran.returncode or not (target / "index.html").is_file():
        said = (ran.stderr.strip() or ran.stdout.strip() or "it wrote nothing").splitlines()[-1]
        raise ClassError(f"compare50 did not finish: {said[:300]}")
    return True


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
