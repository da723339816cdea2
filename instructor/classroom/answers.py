"""The written answers in students' notebooks: markdown cells that carry the tag `answer`."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise

from instructor.core.tasks import ROOT, notebooks
from instructor.core.text import clean
from instructor.grading.intake import BROKEN, Submission

UNTOUCHED = ("double-click here and write over this line", "双击这里，用你的回答替换这一行")
PREFIXES = ("**Your answer:**", "**你的回答：**")  # in each language of the notebooks
LONGEST = 20_000  # characters of one answer that are kept


@cache
def questions() -> dict[str, str]:
    """The text of each question by the cell of its answer, as `notebooks/Name.ipynb#cell`."""
    found = {}
    for name in notebooks():
        cells = json.loads((ROOT / name).read_text(encoding="utf-8"))["cells"]
        for before, cell in pairwise(cells):
            if "answer" in cell["metadata"].get("tags", ()):
                found[f"{name}#{cell['id']}"] = "".join(before["source"])
    return found


def written_answers(submission: Submission) -> dict[str, str]:
    """What a student wrote, by the keys of `questions()`; an untouched or empty answer is left out."""
    found = {}
    for name in notebooks():
        cells = _cells(submission.notebooks.get(name, b""))
        for key in questions():
            if key.startswith(f"{name}#"):
                text = _answer(cells.get(key.partition("#")[2], ""))
                if text:
                    found[key] = text
    return found


def _answer(source: str) -> str:
    text = clean(source, LONGEST).strip()
    for prefix in PREFIXES:
        text = text.removeprefix(prefix).strip()
    return "" if any(given in text and len(text) < len(given) + 10 for given in UNTOUCHED) else text


def _cells(data: bytes) -> dict[str, str]:
    """Sources of the markdown cells of a notebook that a student handed in, by the cell's id."""
    try:
        content = json.loads(data)
        return {
            str(cell.get("id")): _text(cell.get("source"))
            for cell in content["cells"]
            if isinstance(cell, dict) and cell.get("cell_type") == "markdown"
        }
    except (*BROKEN, KeyError, TypeError, AttributeError):
        return {}


def _text(source: object) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
