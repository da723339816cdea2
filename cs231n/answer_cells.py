"""The written answers of a notebook, as far as packing it needs them (given). Python 3.9 or newer, alone."""

import json
import re

QUESTION = re.compile(r"\*\*(?:Question|问题) ?(\d+)\.?\*\*")
# What an answer cell holds before it is written in, or a part of that which was left standing.
ANSWER = re.compile(
    r"\*\*Your answer:\*\*|\*double-click here and write over this line\.\*"
    r"|\*\*你的回答：\*\*|\*双击这里，用你的回答替换这一行。\*"
)
RESTORE = "Open and save it in Jupyter, or restore it"


def chosen(root, name, languages):
    """Return which notebook to hand in as `name`, and the others that hold answers too.

    Of `name` and its translations in the folder `root`, it is the one with most answers; or one that is
    damaged, for the reason to be said.
    """
    folder, _, file = name.rpartition("/")
    answers = {}
    for path in (name, *(f"{folder}/{language}/{file}" for language in languages)):
        try:
            data = (root / path).read_bytes()
        except OSError:
            continue
        if notebook_problems(data):
            return path, []
        answers[path] = sum(given for _, given in answers_in(data))
    best = max(answers, key=answers.get, default=name)
    return best, [path for path, number in answers.items() if path != best and number]


def answers_in(data):
    """Return [(question, whether its answer cell holds anything of the student's)] of a notebook's bytes."""
    question, found = "a question", []
    for cell in json.loads(data)["cells"]:
        text = "".join(map(str, cell["source"])) if isinstance(cell["source"], (str, list)) else ""
        if asked := QUESTION.search(text):
            question = f"Question {asked[1]}"
        metadata = cell.get("metadata")
        tags = metadata.get("tags") if isinstance(metadata, dict) else None
        if isinstance(tags, list) and "answer" in tags:
            found.append((question, bool(ANSWER.sub("", text).strip())))
    return found


def notebook_problems(data):
    """Return why these bytes are no notebook, as the rest of a sentence in a list; empty when they are."""
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        return [f"is not a valid notebook ({str(error)[:80]}). {RESTORE}"]
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not isinstance(notebook.get("nbformat"), int):
        return [f"is not a valid notebook (no nbformat or no cells). {RESTORE}"]
    if not all(isinstance(cell, dict) and {"cell_type", "source"} <= cell.keys() for cell in cells):
        return [f"is not a valid notebook (a cell has no type or no source). {RESTORE}"]
    return []
