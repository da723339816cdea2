"""Brings a student's folder up to date: python3 cs231n-assignments-update.zip [FOLDER]

The blocks are never touched. Every file that changes is first copied into a folder before-update-1, -2, …;
when something can't be done, nothing is.
"""

import sys
from pathlib import Path

if not __package__:  # run as a zip: its files are modules of their own
    from applying import Carried, NotUpdated, update
else:
    from .applying import Carried, NotUpdated, update

UPDATED, REFUSED = 0, 1


def main(words, archive):
    """Update the folder that `words` name, the current one if none; return the exit status."""
    if len(words) > 1 or words[:1] in (["-h"], ["--help"]):
        print(f"usage: python3 {Path(archive).name} [FOLDER]    FOLDER: the one with your cs231n/")
        return UPDATED if len(words) == 1 else REFUSED
    folder = Path(words[0] if words else ".")
    try:
        said = update(folder, Carried(archive))
    except NotUpdated as error:
        for sentence in error.args[0]:
            print(sentence, file=sys.stderr)
        print("Nothing was changed.", file=sys.stderr)
        return REFUSED
    for sentence in said:
        print(sentence)
    return UPDATED


if __name__ == "__main__":
    if sys.version_info < (3, 9):  # noqa: UP036 - a student's python3 may be any
        sys.exit("This needs Python 3.9 or newer. Try: .venv/bin/python " + sys.argv[0])
    sys.exit(main(sys.argv[1:], str(Path(sys.argv[0]))))
