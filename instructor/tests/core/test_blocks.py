"""One reading of blocks: the packer, composition and the update say the same of every file."""

import ast
import json

import pytest

from cs231n import submit
from cs231n.blocks import END, START, Module, lines_of, string_lines
from instructor.core.composition import MarkerError, block_source, is_filled, splice
from instructor.core.tasks import ROOT, todo_modules
from instructor.release.update.in_zip.merging import CannotMerge, merge_module

FILE = "cs231n/work.py"
GIVEN = f'''"""The file of one task."""

import math


def f(x):
    """Return x."""
    y = None
    {START}
    raise TaskNotStarted("f")
    {END}
    return y


class Other:
    def g(self, x):
        return x
'''
OPEN, UNFILLED = f"    {START}\n", '    raise TaskNotStarted("f")\n'
CLOSE = f"    {END}\n"
NEWER = GIVEN.replace("        return x\n", "        return x + 0\n")

# What a student may write between the markers.
BODIES = {
    "a statement": "    y = x\n",
    "an old attempt in a string, at column 0": '    old = """\ndef f(x):\n    return 1\n"""\n    y = x\n',
    "an old attempt in a string, in single quotes": "    '''\nclass A:\n  def f(x): pass\n'''\n    y = x\n",
    "markers in a string": f'    """\n    {START}\n    y = 1\n    {END}\n    """\n    y = x\n',
    "an END in a string": f'    y = f"""{{x}}\n{END}\n"""\n',
    "a string in pieces with a comment between": '    y = (\n        "a"\n# here\n        "b"\n    )\n',
    "a nested function": "    def g(z):\n        return z\n\n    y = g(x)\n",
    "a decorated function": "    @staticmethod\n    def g(z):\n        return z\n\n    y = g(x)\n",
    "an async function": "    async def g(z):\n        return z\n\n    y = g\n",
    "a class": "    class A:\n        def f(self):\n            return 1\n\n    y = A\n",
    "comments at the end": "    y = x\n        # deeper\n    # as deep\n# at column 0\n",
    "nothing but comments": "# y = x\n",
    "a comment like a definition": "    y = x\n# def f(x):\n",
    "nothing": "",
    "tabs below spaces": "    if x:\n    \ty = x\n",
    "a line end that only some know": '    y = "\u2028\x0c\x85"  # \u2029\n',
    "a return": "    return x\n",
    "a backslash that warns": '    y = "\\d"\n',
}
# What else may be different in a file that is as it should be.
FILES = {
    "as it was given": (GIVEN, UNFILLED),
    "the END at column 0": (GIVEN.replace(CLOSE, f"{END}\n"), UNFILLED),
    "an END below the last statement": (
        GIVEN.replace("    return y\n", "").replace(UNFILLED, "    y = 1\n"),
        "    y = 1\n",
    ),
    "the same at column 0": (
        GIVEN.replace("    return y\n", "").replace(UNFILLED, "    y = 1\n").replace(CLOSE, f"{END}\n"),
        "    y = 1\n",
    ),
    "line ends of Windows": (GIVEN.replace("\n", "\r\n"), UNFILLED.replace("\n", "\r\n")),
    "a byte order mark": ("\ufeff" + GIVEN, UNFILLED),
    "indented by tabs": (
        GIVEN.replace("        return x", "\t\treturn x").replace("    ", "\t"),
        UNFILLED.replace("    ", "\t"),
    ),
    "markers in a docstring": (
        GIVEN.replace('"""Return x."""', f'"""Return x.\n    {START}\n{END}\n    """'),
        UNFILLED,
    ),
    "a docstring that defines": (
        GIVEN.replace('"""Return x."""', '"""\ndef by(hand):\nclass A:\n    """'),
        UNFILLED,
    ),
    "a decorator": (GIVEN.replace("def f(", "@math.decorated\ndef f("), UNFILLED),
    "an async function": (GIVEN.replace("def f(", "async def f("), UNFILLED),
    "a function in a condition": (
        GIVEN.replace("def f(", "if True:\n  def f(").replace('    """Return', '    """Return'),
        UNFILLED,
    ),
    "an older definition of the same name": (
        GIVEN.replace("def f(", "def f(x):\n    return 0\n\n\ndef f("),
        UNFILLED,
    ),
    "a function around the block": (
        GIVEN.replace(OPEN, f"    def inner():\n        return 1\n\n{OPEN}"),
        UNFILLED,
    ),
}
REFUSED = {
    "no START": (GIVEN.replace(OPEN, ""), "END OF YOUR CODE line"),
    "no END": (GIVEN.replace(CLOSE, ""), "without an END below it"),
    "neither": (
        GIVEN.replace(OPEN, "").replace(CLOSE, ""),
        "lacks the START and END OF YOUR CODE lines of f",
    ),
    "both in a string": (
        GIVEN.replace(OPEN, f'    """\n{OPEN}').replace(CLOSE, f'{CLOSE}    """\n'),
        "lacks the START and END OF YOUR CODE lines of f",
    ),
    "two pairs": (GIVEN.replace(OPEN, f"{OPEN}{CLOSE}{OPEN}"), "more than one pair"),
    "two STARTs": (
        GIVEN.replace(OPEN, OPEN + OPEN),
        "a second START OF YOUR CODE line (10) before the END of 9",
    ),
    "an END in another function": (
        GIVEN.replace(CLOSE, "").replace("        return x\n", f"        return x\n    {CLOSE}"),
        "without an END in its function",
    ),
    "another name": (GIVEN.replace("def f(", "def h("), "lacks the START and END OF YOUR CODE lines of f"),
}
BROKEN = {
    "a bracket too many": (GIVEN.replace("def f(", "def f(("), UNFILLED),
    "an open string": (GIVEN.replace(UNFILLED, '    y = """\n'), '    y = """\n'),
    "half a statement": (GIVEN.replace(UNFILLED, "    y =\n"), "    y =\n"),
    "a definition in a string": (
        GIVEN.replace(UNFILLED, '    """\ndef f(x):\n"""\n    y =\n'),
        '    """\ndef f(x):\n"""\n    y =\n',
    ),
    "an error elsewhere": (GIVEN.replace("import math", "import"), UNFILLED),
    "an indent": (GIVEN.replace("    y = None", "   y = None"), UNFILLED),
}
FILES |= {f"{name} in the block": (GIVEN.replace(UNFILLED, body), body) for name, body in BODIES.items()}


@pytest.fixture
def pack(tmp_path, capsys):
    """A function to pack a folder with one task and no notebook; it returns the status and what is said."""
    table = {"tasks": {"f": {"file": FILE, "block": "f"}}, "packed": [FILE], "notebooks": {}}
    (tmp_path / "cs231n").mkdir()
    (tmp_path / "cs231n/tasks.json").write_text(json.dumps(table))

    def pack(text):
        (tmp_path / FILE).write_bytes(text.encode())
        status = submit.main([], tmp_path)
        return status, "".join(capsys.readouterr())

    return pack


def updated(text):
    return merge_module(GIVEN.encode(), NEWER.encode(), text.encode(), ["f"]).decode()


def block_of(text):
    module = Module(text)
    (block,) = module.inside("f")
    return module.text(block)


@pytest.mark.parametrize("name", FILES)
def test_a_file_as_it_should_be_is_packed_read_and_updated(name, pack):
    text, block = FILES[name]
    assert Module(text).tree
    status, said = pack(text)
    assert status == 0, said
    assert "Warning" not in said
    assert ("Not started yet" in said) == ("raise TaskNotStarted" in block)
    assert block_of(text) == block
    assert [line.strip() for line in lines_of(block_source(text, "f"))] == [
        line.strip() for line in lines_of(block)
    ]
    if name != "indented by tabs":  # every line is another: that is no update
        after = updated(text)
        assert block_of(after) == block
        assert "return x + 0" in after


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_whose_markers_are_not_as_they_should_be_is_refused_by_all_three(name, pack):
    text, sentence = REFUSED[name]
    status, said = pack(text)
    assert status == 1
    assert sentence in said
    with pytest.raises(MarkerError):
        block_source(text, "f")
    with pytest.raises(CannotMerge) as refused:
        updated(text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_with_a_syntax_error_is_packed_with_a_warning_and_keeps_its_block_in_an_update(name, pack):
    text, block = BROKEN[name]
    status, said = pack(text)
    assert status == 0, said
    assert f"Warning: {FILE} is not valid Python" in said
    assert block_of(text) == block
    after = updated(text)
    assert block_of(after) == block
    assert "return x + 0" in after
    with pytest.raises(MarkerError, match="the file is not valid Python"):
        block_source(text, "f")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_comes_out_of_a_file_as_it_went_in(body):
    whole = splice(GIVEN, "f", block_source(GIVEN.replace(UNFILLED, body), "f"))
    assert ast.dump(Module(whole).tree) == ast.dump(Module(GIVEN.replace(UNFILLED, body)).tree)
    assert splice(whole, "f", 'raise TaskNotStarted("f")') == GIVEN


@pytest.mark.parametrize("name", BODIES)
def test_a_block_is_filled_when_it_holds_more_than_strings_and_comments(name):
    text = GIVEN.replace(UNFILLED, BODIES[name])
    assert is_filled(Module(text), "f", Module(GIVEN)) is (name not in ("nothing", "nothing but comments"))
    kept = GIVEN.replace(UNFILLED, UNFILLED + '    """\ndef f(x):\n    return 1\n"""\n')
    assert not is_filled(Module(kept), "f", Module(GIVEN))


def test_a_block_in_a_method_has_the_name_of_its_class():
    method = f"    def b(self):\n        {START}\n        pass\n        {END}\n"
    text = f"class A:\n{method}\n    {START}\n    {END}\n"
    assert [block.name for block in Module(text).blocks] == ["A.b", "A"]
    assert [block.name for block in Module(text + "x = (").blocks] == ["A.b", "A"]


def test_lines_are_those_that_python_counts():
    text = 'a = "\u2028\x0c"\r\nb = 1\rc = """\n\x0b"""\n'
    assert lines_of(text) == ['a = "\u2028\x0c"\r\n', "b = 1\r", 'c = """\n', '\x0b"""\n']
    assert string_lines(text) == {3}
    assert string_lines("x = (") is None


def test_the_markers_are_written_down_once():
    """Whoever needs them imports them; else they stand only around blocks, and in hostile samples."""
    files = [path for folder in ("cs231n", "instructor") for path in (ROOT / folder).rglob("*.py")]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}
    marked = {name for name, text in texts.items() if START in text or END in text}
    holding = {name for name in marked if Module(texts[name]).blocks}
    assert holding == set(todo_modules())
    assert {name for name in marked - holding if "attacks/collection" not in name} == {"cs231n/blocks.py"}
