"""Which cell of a student's notebook is which of those that were given, also where their ids are gone."""

from difflib import get_close_matches

if __package__:
    from cs231n.answer_cells import expected_in, ids_of, is_answer, located, source_of, written
else:  # in the zip, which carries it
    from answer_cells import expected_in, ids_of, is_answer, located, source_of, written

ALIKE = 0.6  # the share of two texts in common from which on one is taken for the other, changed


def given_ids(cells, before, fresh):
    """The given id of each of a student's cells, None for one of their own; and whether ids were gone.

    A cell has at most one id and each id at most one cell. `before` are the cells that the student was given,
    `fresh` those of the new notebook.
    """
    texts = {cell["id"]: text_of(cell) for cell in [*fresh, *before] if not is_answer(cell)}
    answers = expected_in(before)
    every = {*texts, *(key for key, _ in answers), *(key for key, _ in expected_in(fresh))}
    ids = [None] * len(cells)

    def give(place, key):
        if ids[place] is None and key not in ids:
            ids[place] = key

    for place, cell in enumerate(cells):
        for key in ids_of(cell):
            if key in every:
                give(place, key)
    lost = sum(key is not None for key in ids) < len(before) / 2
    by_text = {}
    for key, text in texts.items():
        by_text.setdefault(text, []).append(key)
    for place, cell in enumerate(cells):
        for key in by_text.get(text_of(cell), []):
            give(place, key)
    for key, places in located(cells, answers)[0].items():
        chosen = next((place for place in places if written(cells, [place])), places[0] if places else None)
        if chosen is not None and ids[chosen] in (None, key):
            ids = [None if each == key else each for each in ids]  # of two copies, the one that is written in
            ids[chosen] = key
    if lost:
        _by_likeness(cells, ids, {key: text for key, text in texts.items() if key not in ids})
    return ids, lost


def _by_likeness(cells, ids, texts):
    """Give each of these given cells the cell, none of another's so far, that is most like it."""
    for key, text in texts.items():
        free = {
            text_of(cell): place
            for place, cell in enumerate(cells)
            if ids[place] is None and not is_answer(cell)
        }
        for found in get_close_matches(text, free, n=1, cutoff=ALIKE):
            ids[free[found]] = key


def text_of(cell):
    """The text of a cell without what editors change at the ends of its lines."""
    return "\n".join(line.rstrip() for line in source_of(cell).splitlines()).rstrip()
