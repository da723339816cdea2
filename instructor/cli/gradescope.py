"""`python -m instructor gradescope`: a zip to upload to Gradescope as the autograder of an assignment."""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from instructor.core.files import write_bytes_atomically
from instructor.core.tasks import ROOT
from instructor.sandbox.launch import KINDS

SCRIPTS = ("setup.sh", "run_autograder")  # stand at the top of the bundle
TOP = ("README.md", "Makefile", "pyproject.toml", "requirements.txt", "setup_environment.sh")
TOP += ("collect_submission.sh",)
FOLDERS = ("cs231n", "notebooks", "tests", "instructor")
DATASETS = (".md", ".py", ".sh", ".txt")  # of datasets/, which also holds what was downloaded
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
WHEN = (2026, 1, 1, 0, 0, 0)  # of every member, so that the same kit gives the same bundle


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "gradescope",
        help="pack an autograder for Gradescope",
        description="Write a zip to upload to Gradescope as the autograder of an assignment: the kit with "
        "setup.sh and run_autograder. It holds the answers; give it to nobody else.",
    )
    add = command.add_argument
    add("path", type=Path, nargs="?", default=Path("autograder.zip"), metavar="ZIP", help="what to write")
    add("--sandbox", choices=KINDS, default="auto", help="what run_autograder uses (default: auto)")
    add("--notebooks", choices=("quick", "full", "none"), default="quick", help="as for grade")
    add("--tasks", metavar="A,B", default="", help="as for grade")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the bundle; return 0, or 2 when it can't be written."""
    chosen = ["--sandbox", options.sandbox, "--notebooks", options.notebooks]
    data = bundle([*chosen, *(["--tasks", options.tasks] if options.tasks else [])])
    try:
        write_bytes_atomically(options.path, data)
    except OSError as error:
        print(f"{options.path} can't be written: {error.strerror or error}.", file=sys.stderr)
        return 2
    print(f"Written {options.path} ({len(data) / 1e6:.1f} MB). It holds the answers: keep it to yourself.")
    return 0


def bundle(options: Sequence[str]) -> bytes:
    """The bytes of the zip, whose grader has these options; the same kit always gives the same."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in sorted(members()):
            _add(archive, name, source.read_bytes(), executable=bool(source.stat().st_mode & 0o100))
        _add(archive, "grade_options", "".join(f"{option}\n" for option in options).encode())
    return packed.getvalue()


def members() -> Iterator[tuple[str, Path]]:
    """Every file of the bundle: its name there, and where it is."""
    here = ROOT / "instructor" / "gradescope"
    for name in SCRIPTS:
        yield name, here / name
    for name in TOP:
        yield name, ROOT / name
    for folder in (*FOLDERS, "datasets"):
        for path in (ROOT / folder).rglob("*"):
            inside = path.relative_to(ROOT)
            if not path.is_file() or path.is_symlink() or set(inside.parts) & LEFT_OUT:
                continue
            if folder == "datasets" and (path.suffix not in DATASETS or len(inside.parts) > 2):
                continue
            if inside.parts[:2] not in (("instructor", "tests"), ("instructor", "golden")):
                yield inside.as_posix(), path


def _add(archive: zipfile.ZipFile, name: str, data: bytes, executable: bool = False) -> None:
    member = zipfile.ZipInfo(name, WHEN)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(member, data)
