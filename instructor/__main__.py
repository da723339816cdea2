"""`python -m instructor grade|verify|compose|notebooks|doctor|…`: the instructor's commands."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from instructor.attacks.command import add_attacks
from instructor.classroom.options import add_grade
from instructor.classroom.similarity import add_similarity
from instructor.commands import (
    compose_command,
    diagnosis_command,
    doctor_command,
    languages_command,
    notebooks_command,
    verify_command,
)
from instructor.gradescope.bundle import add_gradescope
from instructor.release import command as release
from instructor.sandbox.kinds import KINDS


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0 when it did its work, 2 when it could not, 1 when verify finds a fault."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C has nothing more to stop
        print("Stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m instructor", description="The instructor's commands.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    add_grade(commands)
    add_gradescope(commands)
    add_similarity(commands)
    add_attacks(commands)

    compose = commands.add_parser("compose", help="lay out a folder as a student's checkout, with fill-ins")
    compose.add_argument("destination", type=Path, metavar="DEST", help="a folder that is new or empty")
    compose.add_argument(
        "--fill",
        action="append",
        required=True,
        metavar="FILL",
        help="reference, unfilled, or TASK=NAME for one task; may be repeated, later ones count",
    )
    compose.set_defaults(run=compose_command)

    notebooks = commands.add_parser(
        "notebooks", help="run the notebooks with the reference, keep the verdicts of their check cells only"
    )
    notebooks.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file would change"
    )
    notebooks.set_defaults(run=notebooks_command)

    verify = commands.add_parser(
        "verify",
        help="measure the grader with every fill-in",
        description="Run every fill-in through the hidden checks and print what they say. Exit status 0: the "
        "untouched package earns nothing, right answers earn everything, wrong ones are caught by the check "
        "meant for them; 1: some of that does not hold; 2: there is no sandbox.",
    )
    verify.add_argument("--tasks", metavar="A,B", help="only these tasks (default: all)")
    verify.add_argument("--seeds", type=int, default=1, metavar="K", help="repeat with K seeds (default: 1)")
    verify.add_argument("--seed", type=int, help="the first seed (default: a fresh one)")
    verify.add_argument("--jobs", type=int, default=2, metavar="J", help="processes at a time (default: 2)")
    verify.add_argument(
        "--mutants",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also try small changes of the reference, once (default: yes)",
    )
    verify.add_argument("--sandbox", choices=KINDS, default="auto", help="as for grade")
    verify.set_defaults(run=verify_command)

    diagnosis = commands.add_parser(
        "diagnosis",
        help="measure how often feedback names the right mistake",
        description="Take every wrong fill-in for a student's answer, with fresh inputs, and count how often "
        "its own mistake is named first. Exit status 0: the goals hold; 1: they do not.",
    )
    diagnosis.add_argument("--tasks", metavar="A,B", help="only these tasks (default: all)")
    diagnosis.add_argument(
        "--seeds", type=int, default=1, metavar="K", help="repeat with K seeds (default: 1)"
    )
    diagnosis.add_argument("--seed", type=int, help="the first seed (default: a fresh one)")
    diagnosis.add_argument(
        "--pairs", type=int, default=40, metavar="P", help="pairs of mistakes (default: 40)"
    )
    diagnosis.add_argument("--jobs", type=int, default=2, metavar="J", help="processes (default: 2)")
    diagnosis.set_defaults(run=diagnosis_command)

    doctor = commands.add_parser(
        "doctor",
        help="try which sandboxes work here, and what each keeps",
        description="Start each sandbox and try to get out of it. Exit status 0: one of them keeps all it "
        "should; 1: none does, or the one that would be used lets something through.",
    )
    doctor.set_defaults(run=doctor_command)
    languages = commands.add_parser("languages", help="write the notebooks and READMEs in other languages")
    languages.add_argument("--check", action="store_true", help="write nothing; exit 1 if one would change")
    languages.set_defaults(run=languages_command)

    release.add_parsers(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
