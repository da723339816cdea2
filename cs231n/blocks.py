"""Where the blocks of a module are: the one reading that packing, updating and grading agree on (given).

A block lies between a START and an END line. A file that is valid Python is read as Python reads it, so that
a marker inside a string is no marker and a `def` in one defines nothing. Any other file is read line by line,
and what stands inside its blocks is not looked at. Needs nothing but Python, 3.9 or newer.
"""

import ast
import io
import re
import tokenize
import warnings
from collections import namedtuple

START = "# *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"
END = "# *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"
DEFINITION = re.compile(r"\s*(?:class|def|async def)\s+(\w+)\s*[(:\[]")
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)  # what parsing any text may raise

# name: the qualified name of the function or class around it, "" for none; start, end: the markers' lines
Block = namedtuple("Block", "name start end")
# A definition and where it is: first line, line behind its last one, line of the next statement
Definition = namedtuple("Definition", "name first last reach")


class Module:
    """The blocks of a module. Lines are counted from 0 and are those that Python counts.

    - lines: the text's lines with their ends.
    - tree: its syntax tree; None when it is not valid Python, and then `fault` says so: " (line 3)" or "".
    - blocks: [Block] in the order of the file; stray: lines of markers that are of no block.
    - problems: what is wrong with the markers; each is the rest of a sentence that the file's name begins.
    - definitions: [Definition] in the order of the file.
    """

    def __init__(self, text):
        self.lines = lines_of(text)
        self.tree, self.fault = _parsed(text)
        self.quoted = string_lines(text) if self.tree else None
        if self.quoted is None:  # also for what Python can parse and the tokenizer can't read
            self.tree, self.quoted, self.definitions = None, frozenset(), []
            markers, is_in = _line_by_line(self.lines)
        else:
            self.definitions = sorted(_definitions(self.tree, self.lines), key=lambda found: found.first)
            markers, is_in = _from_tree(self)
        self.blocks, self.problems = _pairs(markers, is_in)
        paired = {number for block in self.blocks for number in (block.start, block.end)}
        self.stray = [number for number, *_ in markers if number not in paired]

    def inside(self, name):
        """Return the blocks in the function or class `name`, those in functions within it included."""
        return [block for block in self.blocks if block.name == name or block.name.startswith(f"{name}.")]

    def text(self, block):
        """Return what stands between the markers, as it is."""
        return "".join(self.lines[block.start + 1 : block.end])

    def code(self, block):
        """Return the lines between the markers that don't begin inside a string, stripped."""
        numbers = range(block.start + 1, block.end)
        return [self.lines[number].strip() for number in numbers if number not in self.quoted]


def lines_of(text):
    """Return the lines of a text with their ends. Unlike str.splitlines, only at ends that Python knows."""
    return list(io.StringIO(text, newline=""))


def string_lines(text):
    """Return the numbers of the lines that begin inside a string; None when the text can't be tokenized."""
    found = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(_plain(text)).readline):
            if token.type not in (tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER, tokenize.DEDENT):
                found.update(range(token.start[0], token.end[0]))  # only strings go on in a next line
    except (tokenize.TokenError, *BROKEN):
        return None
    return frozenset(found)


def _parsed(text):
    """The syntax tree, or None and at which line it ends."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a stray backslash, say
            return ast.parse(_plain(text)), ""
    except BROKEN as error:
        line = getattr(error, "lineno", None)
        return None, f" (line {line})" if line else ""


def _plain(text):
    """The text as Python reads it from a file: without a byte order mark, each line's end a newline."""
    return text[text.startswith("\ufeff") :].replace("\r\n", "\n").replace("\r", "\n")


def _from_tree(module):
    """[(line, marker, the Definition around it)] and whether a line is still in a definition."""
    found = []
    for number, line in enumerate(module.lines):
        if number not in module.quoted and line.strip() in (START, END):
            around = [each for each in module.definitions if each.first <= number < each.last]
            found.append((number, line.strip(), around[-1] if around else None))
    return found, lambda number, around: around is None or number < around.reach


def _line_by_line(lines):
    """The same by indentation. A block goes on to the next marker: nobody can tell code from strings here."""
    found, scope, inside = [], [], False
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if line.strip() in (START, END):
            inside = line.strip() == START
            name = ".".join(word for at, word in scope if at < indent)
            found.append((number, line.strip(), Definition(name, number, number, number) if name else None))
        elif not inside and (definition := DEFINITION.match(line)):
            scope = [(at, word) for at, word in scope if at < indent] + [(indent, definition[1])]
    return found, lambda number, around: True


def _pairs(markers, is_in):
    """The blocks, and what is wrong with the order of the markers."""
    blocks, problems, start = [], [], None
    for number, marker, around in markers:
        if start and not is_in(number, start[1]):
            problems.append(f"has a START OF YOUR CODE line ({start[0] + 1}) without an END in its function")
            start = None
        if marker == END and start:
            blocks.append(Block(start[1].name if start[1] else "", start[0], number))
            start = None
        elif marker == END:
            problems.append(f"has an END OF YOUR CODE line ({number + 1}) without a START in its function")
        else:
            if start:
                problems.append(
                    f"has a second START OF YOUR CODE line ({number + 1}) before the END of {start[0] + 1}"
                )
            start = (number, around)
    if start:
        problems.append(f"has a START OF YOUR CODE line ({start[0] + 1}) without an END below it")
    return blocks, problems


def _definitions(tree, lines):
    """Every function and class of a tree, however it is nested."""
    waiting = [(tree, "")]
    while waiting:  # not by recursion: a file may nest deeper than Python's stack
        node, scope = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            scope = f"{scope}.{node.name}" if scope else node.name
            yield Definition(scope, node.lineno - 1, *_ends(node, lines))
        waiting += [(child, scope) for child in ast.iter_child_nodes(node)]


def _ends(node, lines):
    """Where a definition ends, and the next statement begins.

    To its body belong the comments below its last statement, which the tree leaves out, as long as they are
    indented.
    """
    last, reach, ours = node.end_lineno, node.end_lineno, True
    for number in range(node.end_lineno, len(lines)):
        text = lines[number].lstrip()
        if text and not text.startswith("#"):
            break
        reach = number + 1
        ours = ours and (not text or len(lines[number]) - len(text) > node.col_offset)
        if text and ours:
            last = number + 1
    return last, reach
