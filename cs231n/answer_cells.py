"""The written answers of a notebook: the one reading that packing, marking and updating agree on (given).

Editors and services drop the ids of cells, renew them, move them into the metadata, or turn a cell into code.
So an answer's cell is known by its id, else by its tag and where it stands. Python 3.9 or newer, alone.
"""

import json
import re

TAG = "answer"
QUESTION = re.compile(r"\*\*(?:Question|问题) ?(\d+)\.?\*\*")
# What an answer cell holds before it is written in, or a part of that which was left standing.
ANSWER = re.compile(
    r"\*\*Your answer:\*\*|\*?double-click here and write over this line\.?\*?"
    r"|\*\*你的回答：\*\*|\*?双击这里，用你的回答替换这一行。?\*?"
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
    """Return [(question, whether there is an answer to it)] of a notebook's bytes, by its own questions."""
    cells = json.loads(data)["cells"]
    asked = [int(found[1]) for found in (_question(cell) for cell in cells) if found]
    answers, lost = located(cells, [(f"Question {number}", number) for number in dict.fromkeys(asked)])
    found = [(question, bool(written(cells, places))) for question, places in answers.items()]
    return found + [("a question", bool(written(cells, [place]))) for place in lost]


def expected_in(cells):
    """Return [(id, number of the question or None)] of the answers' cells in a notebook as it was given."""
    found, number = [], None
    for cell in cells:
        if is_answer(cell):
            found.append((cell["id"], number))
            number = None
        elif question := _question(cell):
            number = int(question[1])
    return found


def located(cells, expected):
    """Return {id: [places of its cells]} for what `expected_in` gave, and places of answers to no question.

    An answer is the cells with its id, here or in the metadata. A cell that has the tag alone answers the
    question before it; where no question stands any more and there are as many cells as there should be,
    their order tells. An answer without any of these is what follows its question, up to the next heading.
    """
    found = {key: [] for key, _ in expected}
    numbers = {number: key for key, number in reversed(expected) if number is not None}
    marked, behind = [], {}
    at, following = None, None
    for place, cell in enumerate(cells):
        own = next((name for name in ids_of(cell) if name in found), None)
        if own is not None or is_answer(cell):
            at = at if own is None else own
            marked.append((place, own, at))
        elif question := _question(cell):
            at = following = numbers.get(int(question[1]))
            behind.setdefault(at, [])
        elif _is_heading(cell):
            following = None
        elif following is not None:
            behind[following].append(place)
    by_id, lost = {own for _, own, _ in marked}, []
    for (place, own, asked), ordered in zip(marked, _in_order(marked, expected)):  # noqa: B905 - Python 3.9
        if own is None and ordered is not None and ordered not in behind and ordered not in by_id:
            asked = ordered
        (lost if asked is None else found[asked]).append(place)
    for key, places in found.items():
        if not places:
            loose = behind.get(key, [])
            found[key] = [place for place in loose if cells[place].get("cell_type") != "code"] or loose
    return found, lost


def written(cells, places):
    """Return what a student wrote in these cells, without what they were given with; "" for nothing."""
    texts = (ANSWER.sub("", source_of(cells[place])).strip() for place in places)
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def is_answer(cell):
    """Return whether a cell has the tag of an answer."""
    tags = _metadata(cell).get("tags")
    return isinstance(tags, list) and TAG in tags


def ids_of(cell):
    """Return the ids of a cell: its own, and the one that some editors put into its metadata."""
    return [name for name in (cell.get("id"), _metadata(cell).get("id")) if isinstance(name, str)]


def source_of(cell):
    """Return the text of a cell, whatever is in its place."""
    source = cell.get("source")
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


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


def _in_order(marked, expected):
    """The answer that each of these cells is by the order alone; None where the numbers differ."""
    same = len(marked) == len(expected)
    return [key for key, _ in expected] if same else [None] * len(marked)


def _question(cell):
    """The match of a question's number in a cell that is no answer."""
    return None if is_answer(cell) else QUESTION.search(source_of(cell))


def _is_heading(cell):
    return cell.get("cell_type") != "code" and source_of(cell).lstrip().startswith("#")


def _metadata(cell):
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
