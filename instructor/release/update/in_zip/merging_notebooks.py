"""A new notebook with the student's answers, changes and own cells in it."""

import json

try:
    from .merging import CannotMerge
except ImportError:  # in the zip
    from merging import CannotMerge


def merge_notebook(old, new, mine):
    """The bytes of the new notebook with what the student wrote, and sentences on what could not be kept.

    Cells are known by their ids. An answer is always the student's; a cell that only one side changed is that
    side's; where both changed it, it is the new one. Cells of the student's own stay behind the cell that
    they follow. Raises CannotMerge when the student's file is no notebook, or one without ids.
    """
    try:
        book = json.loads(mine)
        cells = book["cells"]
        ids = [cell["id"] for cell in cells]
    except (ValueError, KeyError, TypeError):
        raise CannotMerge(
            "is no notebook whose cells can be told apart. Rename it to keep it, then run this again."
        ) from None
    before = {cell["id"]: cell for cell in json.loads(old)["cells"]} if old else {}
    fresh = json.loads(new)
    following, notes = _own_cells(cells, before, {cell["id"] for cell in fresh["cells"]}), []
    merged = following.pop(None, [])
    for cell in fresh["cells"]:
        own = cells[ids.index(cell["id"])] if cell["id"] in ids else None
        kept, note = _choose(before.get(cell["id"]), cell, own)
        merged += [kept, *following.pop(cell["id"], [])]
        notes += [note] if note else []
    book.update(cells=merged, nbformat=fresh["nbformat"], nbformat_minor=fresh["nbformat_minor"])
    return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode("utf-8"), notes


def _choose(old, new, own):
    """The cell to keep, and a sentence when a change of the student's is not in it."""
    if own is None:
        return new, ""
    if _source(own) == _source(new):
        return {**new, **{key: own[key] for key in ("outputs", "execution_count") if key in own}}, ""
    if old is not None and _source(own) == _source(old):
        return new, ""
    is_answer = "answer" in new.get("metadata", {}).get("tags", [])
    if is_answer or (old is not None and _source(old) == _source(new)):
        return own, ""
    return new, f"the cell {new['id']!r} is new, and your change of the old one is in the backup."


def _own_cells(cells, before, current):
    """{id of the cell in front, or None: cells that only the student has}, in order.

    A given cell that is gone from the new notebook counts as the student's own once it was changed.
    """
    following, front = {}, None
    for cell in cells:
        if cell["id"] in current:
            front = cell["id"]
        elif cell["id"] not in before or _source(cell) != _source(before[cell["id"]]):
            following.setdefault(front, []).append(cell)
    return following


def _source(cell):
    return "".join(cell["source"]).rstrip()
