"""`python -m instructor release`: the zip that students receive, or an update of it."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

from instructor.core.files import write_bytes_atomically
from instructor.release.student_zip import (
    DIST,
    RELEASE,
    UPDATE,
    ListError,
    contents,
    student_files,
    student_zip,
    unpack,
)

RELEASED, FAULTY = 0, 1


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "release",
        help="build the zip that students receive, and prove it",
        description="Build dist/cs231n-assignments.zip from instructor/release/student_files.txt and prove "
        "what it promises. Exit status 0: all of it holds; 1: something does not, and no such zip is there.",
    )
    command.add_argument(
        "--quick", action="store_true", help="leave out the proofs that run code; the zip is named -unproven"
    )
    command.add_argument(
        "--update-from",
        type=Path,
        metavar="OLD.zip",
        help="build, instead, an update for students who have that release; it keeps what they wrote",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
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
        write_bytes_atomically(unproven, student_zip())
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
    from instructor.release.update.in_zip.applying import Carried
    from instructor.release.update.making import faults_of, update_zip

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
    write_bytes_atomically(UPDATE, data)
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
