"""What the study of docs/fair_comparison.md answers, read for the notebook in its language (given)."""

import re
from itertools import count
from pathlib import Path

from ..words import t

BEGIN, END = "<!-- fair-answer: contrast -->\n", "<!-- end -->"
NUMBER = re.compile(r"(?<![\w-])\d+(?:,\d{3})*(?:\.\d+)?")

CELLS = (  # what stands in the table and in the notes below it, each number as {0}, {1}
    "data",
    "labels a class",
    "SimCLR sees",
    "CPU s",
    "best share − share {0}, points of top-1",
    "best share",
    "seeds",
    "that is",
    "digits",
    "tiles of photos",
    "all",
    "the labelled images",
    "{0} images",
    "{0} labels",
    "all labels",
    "{0} of {1}",
    "one seed: no answer",
    "better by a lot",
    "better, perhaps by a lot",
    "better",
    "equal",
    "worse",
    "not decided",
    "not decided, perhaps by a lot",
    "not answered yet; not begun",
    "not answered yet; tuned",
    "not answered yet; tuning trials done: {0}",
    "the half width is {0} points",
    "drawing anew seeds alone gives ± {0}, test images alone ± {1}.",
)


def first_answer(page):
    """Return the first table of the page and the notes below it, Markdown, in the chosen language.

    - page: path of docs/fair_comparison.md. Where it is missing a sentence says so.
    """
    if not Path(page).is_file():
        return t("docs/fair_comparison.md is not here; it came with the assignment.")
    lines = Path(page).read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].splitlines()
    return "\n".join(map(_row, lines))


def _row(line):
    """Return a row of the table, or a note, with what stands in each cell in the chosen language."""
    if line.startswith("|"):
        return "|".join(cell and cell.replace(cell.strip(), _said(cell.strip())) for cell in line.split("|"))
    where, *sentences = line.removeprefix("- ").split(": ")
    note = ": ".join([", ".join(map(_said, where.split(", "))), *map(_said, sentences)])
    return f"- {note}" if line else line


def _said(cell):
    """Return a cell in the chosen language; one that is none of CELLS, a figure or a name, as it is."""
    numbers = count()
    pattern = NUMBER.sub(lambda _: f"{{{next(numbers)}}}", cell)
    return t(pattern).format(*NUMBER.findall(cell)) if pattern in CELLS else cell
