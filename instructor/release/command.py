"""`python -m instructor release|new-term|solutions`: what students receive, and when."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

from instructor.release.build import DIST, RELEASE, student_zip, unpack
from instructor.release.listing import ListError, contents, student_files
from instructor.release.new_term import new_term_command
from instructor.release.solutions import solutions_command
from instructor.release.update.build import UPDATE, faults_of, update_zip
from instructor.release.update.inside.carried import Carried

RELEASED, FAULTY = 0, 1


def add_parsers(commands) -> None:
    """Add this package's commands to those of `python -m instructor`."""
    release = commands.add_parser(
        "release",
        help="build the zip that students receive, and prove it",
        description="Build dist/cs231n-assignments.zip from instructor/release/student_files.txt and prove "
        "what it promises. Exit status 0: all of it holds; 1: something does not, and no such zip is there.",
    )
    release.add_argument(
        "--quick", action="store_true", help="leave out the proofs that run code; the zip is named -unproven"
    )
    release.add_argument(
        "--update-from",
        type=Path,
        metavar="OLD.zip",
        help="build, instead, an update for students who have that release; it keeps what they wrote",
    )
    release.set_defaults(run=release_command)

    term = commands.add_parser(
        "new-term",
        help="set another term's dates, points, tasks and seed in tasks.toml",
        description="Change instructor/tasks.toml in place, comments kept, and cs231n/points.json with it. "
        "Refused (exit status 2) unless the points add up to 100. Aspects are scaled with their task.",
    )
    term.add_argument("--name", help="what the term is called")
    term.add_argument("--opens", metavar="DATE", help="such as 2027-01-11T09:00:00+01:00")
    term.add_argument("--due", metavar="DATE", help="the deadline; solutions are held back until then")
    term.add_argument(
        "--seed", help="grade everybody on the inputs of this number; 'fresh': new ones each time"
    )
    many = {"action": "append", "default": [], "metavar": "TASK"}
    term.add_argument(
        "--points", **{**many, "metavar": "TASK=N"}, help="what a task is worth; may be repeated"
    )
    term.add_argument("--without", **many, help="a task that counts for nothing this term")
    term.add_argument("--bonus", **many, help="a task whose points come on top of the 100")
    term.add_argument("--no-bonus", **many, help="a task that counts among the 100 again")
    term.add_argument("--scale", action="store_true", help="scale the other tasks so that all add up to 100")
    term.add_argument("--check", action="store_true", help="show what would change, write nothing")
    term.set_defaults(run=new_term_command)

    solutions = commands.add_parser(
        "solutions",
        help="build the solved package and the executed notebooks, after the deadline",
        description="Build dist/cs231n-solutions.zip. Refused (exit status 2) before the deadline.",
    )
    solutions.add_argument("--force", action="store_true", help="also before the deadline")
    solutions.add_argument("--full", action="store_true", help="notebooks in full, which takes minutes")
    solutions.set_defaults(run=solutions_command)


def release_command(options: argparse.Namespace) -> int:
    """Build `dist/cs231n-assignments.zip` and prove what it promises; return 0 when all of it holds, else 1.

    Only a zip that was proven in full gets that name. An older one is kept under its fingerprint, to make an
    update from.
    """
    if options.update_from:
        return _build_update(options.update_from)
    unproven = RELEASE.with_name(f"{RELEASE.stem}-unproven.zip")
    try:
        DIST.mkdir(exist_ok=True)
        _keep_older()
        unproven.write_bytes(student_zip())
        faults = _prove(unproven, options.quick)
    except ListError as error:
        print(f"No release: {error}", file=sys.stderr)
        return FAULTY
    if faults:
        print(f"No release: {faults} of the promises do not hold. The zip is {unproven}.", file=sys.stderr)
        return FAULTY
    target = unproven if options.quick else unproven.replace(RELEASE)
    name, size = target.relative_to(DIST.parent), target.stat().st_size
    print(f"{name}: {len(student_files())} files, {size / 1024:,.0f} KiB")
    return RELEASED


def _keep_older() -> None:
    """Move an older release out of the way, to a name that tells what is in it."""
    if RELEASE.is_file():
        digest = hashlib.sha256(RELEASE.read_bytes()).hexdigest()[:8]
        RELEASE.replace(RELEASE.with_name(f"{RELEASE.stem}-{digest}.zip"))


def _build_update(old_release: Path) -> int:
    """Build the update from an older release and prove it."""
    UPDATE.unlink(missing_ok=True)
    try:
        old, new = unpack(old_release), contents(student_files())
        data = update_zip(old, new)
    except ValueError as error:
        print(f"No update: {error}", file=sys.stderr)
        return FAULTY
    if old == new:
        print("No update: the release is what it was.", file=sys.stderr)
        return FAULTY
    DIST.mkdir(exist_ok=True)
    UPDATE.write_bytes(data)
    if faults := faults_of(UPDATE, old, new):
        UPDATE.unlink()
        print("No update, because of what it would do:", *faults, sep="\n  ", file=sys.stderr)
        return FAULTY
    changed = Carried(UPDATE).changed
    print(f"{UPDATE.relative_to(DIST.parent)} changes {len(changed)} files:", *changed, sep="\n  ")
    print(f"A student puts it into the folder of the assignments and runs: python3 {UPDATE.name}")
    return RELEASED


def _prove(release: Path, quick: bool) -> int:
    """Print each promise and whether it holds; return how many do not."""
    from instructor.release.prove import promises

    faults = 0
    for promise, proof in promises(quick).items():
        began = time.monotonic()
        wrong = proof(release)
        faults += bool(wrong)
        print(f"{'FAULT' if wrong else 'holds'}  {promise}  ({time.monotonic() - began:.0f} s)", flush=True)
        for sentence in wrong:
            print(f"       {sentence}", flush=True)
    return faults
