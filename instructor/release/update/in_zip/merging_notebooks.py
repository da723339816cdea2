"""A new notebook with the student's answers, changes and own cells in it."""

import json

if __package__:
    from cs231n.answer_cells import ids_of

    from .given_cells import given_ids, text_of
    from .merging import CannotMerge
else:  # in the zip, which carries them
    from answer_cells import ids_of
    from given_cells import given_ids, text_of
    from merging import CannotMerge


def merge_notebook(old, new, mine):
    """The bytes of the new notebook with what the student wrote, and sentences on what could not be kept.

    Cells are known by their ids, or where these are gone by what is in them. An answer is always the
    student's; a cell that only one side changed is that side's; where both changed it, it is the new one.
    Cells of the student's own stay behind the cell that they follow. Raises CannotMerge when the student's
    file is no notebook.
    """
    try:
        book = json.loads(mine)
        cells = book["cells"]
        if not all(isinstance(cell["source"], (str, list)) for cell in cells):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CannotMerge(
            "is no notebook whose cells can be told apart. Rename it to keep it, then run this again."
        ) from None
    fresh = json.loads(new)
    before = json.loads(old)["cells"] if old else []
    ids, lost = given_ids(cells, before or fresh["cells"], fresh["cells"])
    notes = ["its cells had lost their ids, and were known by what is in them."] if lost else []
    of_old = {cell["id"]: cell for cell in before}
    own = {name: cells[place] for place, name in enumerate(ids)}
    current = {cell["id"] for cell in fresh["cells"]}
    following = _own_cells(cells, ids, of_old, current)
    merged = following.pop(None, [])
    for cell in fresh["cells"]:
        kept, note = _choose(of_old.get(cell["id"]), cell, own.get(cell["id"]))
        merged += [kept, *following.pop(cell["id"], [])]
        notes += [note] if note else []
    book.update(cells=merged, nbformat=fresh["nbformat"], nbformat_minor=fresh["nbformat_minor"])
    return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode("utf-8"), notes


def _choose(old, new, own):
    """The cell to keep, and a sentence when a change of the student's is not in it."""
    if own is None:
        return new, ""
    if text_of(own) == text_of(new):
        ran = ("outputs", "execution_count") if new["cell_type"] == own.get("cell_type") == "code" else ()
        return {**new, **{key: own[key] for key in ran if key in own}}, ""
    if old is not None and text_of(own) == text_of(old):
        return new, ""
    if "answer" in new.get("metadata", {}).get("tags", []):
        pasted = {"attachments": own["attachments"]} if "attachments" in own else {}
        return {**new, "source": own["source"], **pasted}, ""  # its id, tag and kind are there again
    if old is not None and text_of(old) == text_of(new):
        return {**own, "id": new["id"]}, ""
    return new, f"the cell {new['id']!r} is new, and your change of the old one is in the backup."


def _own_cells(cells, ids, before, current):
    """{id of the cell in front, or None: cells that only the student has}, in order.

    A given cell that is gone from the new notebook counts as the student's own once it was changed.
    """
    following, front, taken = {}, None, current | set(ids)
    for name, cell in ((ids[place], cell) for place, cell in enumerate(cells)):
        if name in current:
            front = name
        elif name is None or text_of(cell) != text_of(before[name]):
            following.setdefault(front, []).append({**cell, "id": _free_id(cell, name, taken)})
    return following


def _free_id(cell, name, taken):
    """An id that no other cell has: the cell's own, where it has one."""
    for wanted in [name, *ids_of(cell)]:
        if wanted and (wanted == name or wanted not in taken):
            taken.add(wanted)
            return wanted
    number = 1
    while f"own-{number}" in taken:
        number += 1
    taken.add(f"own-{number}")
    return f"own-{number}"
