"""`python -m instructor COMMAND`: the instructor's commands, each a file in `instructor/cli`."""

from __future__ import annotations

import argparse
import signal
import sys

from instructor.cli import (
    attacks,
    compose,
    diagnosis,
    doctor,
    grade,
    gradescope,
    languages,
    new_term,
    notebooks,
    points,
    release,
    similarity,
    solutions,
    verify,
)

COMMANDS = (grade, gradescope, similarity, attacks, compose, notebooks, languages, points, verify, diagnosis)
COMMANDS += (doctor, release, new_term, solutions)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit status, 130 when it was stopped with Ctrl-C."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C has nothing more to stop
        print("Stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """What parses the words of every command; the options carry the `run` of theirs."""
    top = argparse.ArgumentParser(prog="python -m instructor", description="The instructor's commands.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
