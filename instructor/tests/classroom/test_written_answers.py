"""Written answers are found whatever an editor has made of a notebook, by the packer as by the grader."""

import copy
import json
import uuid

import pytest

from cs231n.answer_cells import answers_in
from instructor.classroom.hand_grades import gathered_answers, questions, written_answers
from instructor.core.tasks import ROOT, notebooks, translations
from instructor.grading.intake import handed_in

NAME = notebooks()[0]
KEYS = [key for key in questions() if key.startswith(NAME)]
EVERY = [NAME, *(names[NAME] for names in translations().values())]


def is_answer(cell):
    return "answer" in cell["metadata"].get("tags", ())


def answered(name=NAME):
    """A notebook with another answer to each question."""
    book = json.loads((ROOT / name).read_text(encoding="utf-8"))
    for number, cell in enumerate(cell for cell in book["cells"] if is_answer(cell)):
        cell["source"] = ["**Your answer:** answer\n", f"number {number}"]
    return book


EXPECTED = {key: f"answer\nnumber {number}" for number, key in enumerate(KEYS)}


def drop_ids(book):
    for cell in book["cells"]:
        cell.pop("id")


def null_ids(book):
    for cell in book["cells"]:
        cell["id"] = None


def new_ids(book):
    for cell in book["cells"]:
        cell["id"] = uuid.uuid4().hex[:8]


def move_ids(book):
    for cell in book["cells"]:
        cell["metadata"]["id"] = cell.pop("id")


def new_and_moved_ids(book):
    move_ids(book)
    new_ids(book)


def drop_tags(book):
    for cell in book["cells"]:
        cell["metadata"].pop("tags", None)


def turn(kind):
    def turned(book):
        for cell in filter(is_answer, book["cells"]):
            cell.update(
                {"cell_type": kind}, **({"outputs": [], "execution_count": None} if kind == "code" else {})
            )

    return turned


def copied(book):
    """A copy of each answer's cell, id and all, that is empty again."""
    for cell in [cell for cell in book["cells"] if is_answer(cell)]:
        empty = {
            **copy.deepcopy(cell),
            "source": "**Your answer:** *double-click here and write over this line.*",
        }
        book["cells"].insert(book["cells"].index(cell) + 1, empty)


def split(book):
    """Each answer's cell as Jupyter splits it: the second half has the tag, and an id of its own."""
    for number, cell in enumerate([cell for cell in book["cells"] if is_answer(cell)]):
        half = {**copy.deepcopy(cell), "source": f"and more {number}", "id": f"half{number}"}
        book["cells"].insert(book["cells"].index(cell) + 1, half)


def written_below(book):
    """The answer's cell deleted, and the answer in a new one behind an experiment of the student's."""
    for cell in [cell for cell in book["cells"] if is_answer(cell)]:
        at = book["cells"].index(cell)
        own = {"cell_type": "markdown", "metadata": {}, "source": cell["source"]}
        tried = {"cell_type": "code", "metadata": {}, "source": "1 + 1", "outputs": [], "execution_count": 1}
        book["cells"][at : at + 1] = [tried, own]


def without_questions(book):
    book["cells"] = [cell for cell in book["cells"] if "**Question" not in "".join(cell["source"])]


def both(*changes):
    def change(book):
        for each in changes:
            each(book)

    return change


CHANGES = {
    "ids dropped": drop_ids,
    "ids null": null_ids,
    "ids new": new_ids,
    "ids in the metadata": move_ids,
    "ids new and in the metadata": new_and_moved_ids,
    "tags dropped": drop_tags,
    "ids and tags dropped": both(drop_ids, drop_tags),
    "code": turn("code"),
    "raw": turn("raw"),
    "code without ids": both(turn("code"), drop_ids),
    "raw without ids and tags": both(turn("raw"), drop_ids, drop_tags),
    "copied": copied,
    "copied without ids": both(copied, drop_ids),
    "deleted and written below": written_below,
    "questions and ids dropped": both(without_questions, drop_ids),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_answer_is_found_by_the_grader_and_by_the_packer(change):
    book = answered()
    change(book)
    data = json.dumps(book).encode()
    found, remarks = gathered_answers(handed_in("a", {NAME: data}))
    assert (found, remarks) == (EXPECTED, [])
    given = [given for _, given in answers_in(data)]
    assert given == [True] * len(KEYS)


@pytest.mark.parametrize("change", [split, both(split, drop_ids)])
def test_the_halves_of_an_answer_are_one_answer(change):
    book = answered()
    change(book)
    found = written_answers(handed_in("a", {NAME: json.dumps(book).encode()}))
    assert found == {key: f"{text}\n\nand more {n}" for n, (key, text) in enumerate(EXPECTED.items())}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("change", [*CHANGES.values(), lambda book: None], ids=[*CHANGES, "nothing"])
def test_an_untouched_notebook_holds_no_answer_whatever_an_editor_did(name, change):
    book = json.loads((ROOT / name).read_text(encoding="utf-8"))
    change(book)
    data = json.dumps(book).encode()
    assert written_answers(handed_in("a", {NAME: data})) == {}
    assert not any(given for _, given in answers_in(data))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("change", [lambda book: None, drop_ids, both(drop_ids, drop_tags)])
def test_a_deleted_answer_is_a_remark_and_no_given_text_is_taken_for_it(name, change):
    book = answered(name)
    book["cells"] = [cell for cell in book["cells"] if not is_answer(cell)]
    change(book)
    data = json.dumps(book).encode()
    found, remarks = gathered_answers(handed_in("a", {NAME: data}))
    assert found == {}
    numbers = ", ".join(f"Question {number}" for number in range(1, len(KEYS) + 1))
    assert remarks == [f"{NAME}: the cells of the answers to {numbers} can't be found."]
    assert [given for _, given in answers_in(data)] == [False] * len(KEYS)


def test_an_answer_whose_question_is_gone_too_is_shown_in_the_remark():
    book = answered()
    both(without_questions, drop_ids)(book)
    tagged = [cell for cell in book["cells"] if is_answer(cell)]
    book["cells"].remove(tagged[2])
    found, remarks = gathered_answers(handed_in("a", {NAME: json.dumps(book).encode()}))
    assert found == {}
    assert f"{NAME}: the question of an answer can't be found: “answer number 0”" in remarks
    assert len(remarks) == len(KEYS)


def test_one_deleted_answer_moves_no_other_to_its_place():
    book = answered()
    drop_ids(book)
    tagged = [cell for cell in book["cells"] if is_answer(cell)]
    book["cells"].remove(tagged[2])
    found, remarks = gathered_answers(handed_in("a", {NAME: json.dumps(book).encode()}))
    assert found == {key: text for key, text in EXPECTED.items() if key != KEYS[2]}
    assert remarks == [f"{NAME}: the cells of the answers to Question 3 can't be found."]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("**Your answer:** *double-click here and write over this line.* yes", "yes"),
        ("**Your answer:** double-click here and write over this line", ""),
        ("**Your answer:** ", ""),
        ("![image.png](attachment:image.png)", "![image.png](attachment:image.png)"),
    ],
)
def test_packer_and_grader_agree_on_what_an_answer_is(text, read):
    book = answered()
    for cell in filter(is_answer, book["cells"]):
        cell["source"] = text
    data = json.dumps(book).encode()
    found = written_answers(handed_in("a", {NAME: data}))
    assert found == (dict.fromkeys(KEYS, read) if read else {})
    assert {given for _, given in answers_in(data)} == {bool(read)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_notebook_in_another_encoding_of_json_is_read(encoding):
    data = json.dumps(answered()).encode(encoding)
    assert written_answers(handed_in("a", {NAME: data})) == EXPECTED
    assert all(given for _, given in answers_in(data))
