"""`python -m instructor languages`: write the notebooks and READMEs in every other language.

It says which translations are missing or out of date.
"""

from __future__ import annotations

import argparse

from instructor.core.files import write_atomically
from instructor.core.tasks import ROOT, translations


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser("languages", help="write the notebooks and READMEs in other languages")
    command.add_argument("--check", action="store_true", help="write nothing; exit 1 if one would change")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write what is to be written; return 1 when something is missing, or with --check would change."""
    from instructor.release.translated import translated_files

    wrong = []
    for language in translations():
        for path, (text, faults) in translated_files(language).items():
            wrong += faults
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            name = path.relative_to(ROOT)
            if options.check:
                wrong.append(f"{name} is not what it would be. Run: python -m instructor languages")
            else:
                path.parent.mkdir(exist_ok=True)
                write_atomically(path, text)
                print(f"{name}: written")
    for fault in wrong:
        print(fault)
    return bool(wrong)
