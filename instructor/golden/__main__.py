"""`python -m instructor.golden [--write] [PART …]`: compare what the kit writes with what is frozen."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from instructor.golden.cases import CommandError
from instructor.golden.comparing import FROZEN, differences, read, write
from instructor.golden.outputs import PARTS

EQUAL, DIFFERENT, NOT_COMPARED = 0, 1, 2
ABOUT = """\
Grade known submissions with a fixed seed and compare every report, byte for byte, with the one that is frozen
in instructor/golden/frozen/; print the differences. Times are masked."""
STATUS = """\
exit status:
  0    everything is as it is frozen, or was written
  1    something differs; the differences are printed
  2    a command of the kit did not do its work, so that nothing can be said"""


def main(words: list[str] | None = None, frozen: Path = FROZEN) -> int:
    """Compare or write the parts asked for; return 0 when all are equal or written, 1 or 2 otherwise."""
    options = _parser().parse_args(words)
    status = EQUAL
    for part in options.parts or PARTS:
        began = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="golden-") as folder:
                fresh = PARTS[part](Path(folder))
        except (CommandError, OSError) as error:
            print(f"{part}: {error}", file=sys.stderr)
            return NOT_COMPARED
        found = list(differences(read(frozen / part), fresh))
        if options.write:
            write(frozen / part, fresh)
        else:
            print(*found, sep="", end="")
            status = DIFFERENT if found else status
        told = f"{len(found)} {'written anew' if options.write else 'differ'}" if found else "equal"
        seconds = time.monotonic() - began
        print(f"{part}: {len(fresh)} texts, {told}, in {seconds:.0f} s", flush=True)
    if status == DIFFERENT:
        print("When this change is meant: make golden-write, and commit instructor/golden/frozen/ with it.")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m instructor.golden",
        description=ABOUT,
        epilog=STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = ", ".join(PARTS)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{known} (default: all)", type=_part)
    parser.add_argument("--write", action="store_true", help="freeze what is written now")
    return parser


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"no such part; there are {', '.join(PARTS)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
