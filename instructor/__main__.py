"""`python -m instructor COMMAND`: the instructor's commands, each a file in `instructor/cli`."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from instructor.cli import (
    attacks,
    compose,
    diagnosis,
    doctor,
    grade,
    gradescope,
    interview,
    languages,
    new_term,
    notebooks,
    points,
    release,
    similarity,
    solutions,
    verify,
)
from instructor.core.tasks import SettingsError
from instructor.core.text import did_you_mean

COMMANDS = (grade, new_term, release, solutions, similarity, interview, gradescope, doctor)  # as a term goes
COMMANDS += (compose, verify, diagnosis, attacks, points, notebooks, languages)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit status: 2 for a tasks.toml that can't be used, 130 after Ctrl-C."""
    words = sys.argv[1:] if arguments is None else arguments
    top = parser()
    if not words:
        top.print_help()
        return 0
    options = top.parse_args(words)
    try:
        return options.run(options)
    except SettingsError as error:  # tasks.toml is written by people
        print(f"{error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C has nothing more to stop
        print("Stopped.", file=sys.stderr)
        return 130


class Parser(argparse.ArgumentParser):
    """One whose complaints about a word that it does not know name the word that is near it."""

    _words: Sequence[str] = ()

    def parse_known_args(self, args=None, namespace=None):
        """As argparse does; the words are kept for what is said of them."""
        self._words = [] if args is None else list(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print a sentence and leave with exit status 2."""
        commands = [
            action.choices
            for action in (self._subparsers._group_actions if self._subparsers else ())
            if isinstance(action.choices, dict)
        ]
        options = [
            name for each in commands for command in each.values() for name in command._option_string_actions
        ]
        options += self._option_string_actions
        unknown = [word for word in self._words if word.startswith("--") and not self._knows(word)]
        if message.startswith("the following arguments are required") and unknown:
            message = f"unrecognized arguments: {unknown[0]}"
        if wrong := re.search(r"unrecognized arguments: (--[^\s=]+)", message):
            message += f".{did_you_mean(wrong[1], options)}"
        elif wrong := re.search(r"COMMAND: invalid choice: '([^']*)'", message):
            near = did_you_mean(wrong[1], [name for each in commands for name in each])
            message = f"there is no command {wrong[1]!r}.{near} Without one, all are listed."
        super().error(message)

    def _knows(self, word: str) -> bool:
        """Whether a word is one of the options, or the beginning of one, or ends them."""
        name = word.partition("=")[0]
        return name == "--" or any(option.startswith(name) for option in self._option_string_actions)


def parser() -> argparse.ArgumentParser:
    """What parses the words of every command; the options carry the `run` of theirs."""
    top = Parser(
        prog="python -m instructor",
        usage="python -m instructor COMMAND [OPTION ...]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The instructor's commands. `python -m instructor COMMAND --help` says more of one.",
    )
    commands = top.add_subparsers(
        required=True, metavar="COMMAND", help=argparse.SUPPRESS, parser_class=Parser
    )
    for command in COMMANDS:
        command.add(commands)
    listed = (f"  {each.dest:<12}{each.help}" for each in commands._choices_actions)
    top.epilog = "\n".join(["commands:", *listed])
    commands._choices_actions = []  # argparse would list them again, and not in columns
    return top


if __name__ == "__main__":
    sys.exit(main())
