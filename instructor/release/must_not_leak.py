"""What students must not see: the lines, words and numbers of answers, known mistakes and hidden checks."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from instructor.checks.marking import FOLDER
from instructor.core.composition import FILLINS
from instructor.core.tasks import ROOT
from instructor.release import reading

SILENT = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
SHORT = 3  # a line of an answer that has so few words and signs says nothing: `else:`, `loss = 0`
ORDINARY = 9  # and one of a check with so few could stand in any program: `torch.manual_seed(seed)`
SENTENCE = 5  # so many words make a sentence
DIGITS = 5  # a number with so many is a result, not a setting


@dataclass(frozen=True)
class Secret:
    """Something that no member may hold: what it is, the file it is of, and its text."""

    what: str
    source: str
    text: str


@cache
def secrets() -> tuple[Secret, ...]:
    """All secrets, each text once."""
    found: dict[str, Secret] = {}
    for path in (*sorted(FILLINS.glob("*/*.py")), *sorted(FOLDER.glob("*.py"))):
        for what, text in _secrets_of(path):
            found.setdefault(reading.normal(text), Secret(what, str(path.relative_to(ROOT)), text))
    return tuple(found.values())


def _secrets_of(path: Path) -> Iterator[tuple[str, str]]:
    source = path.read_text(encoding="utf-8")
    if path.is_relative_to(FILLINS) and "_" in path.stem:
        yield "the name", path.stem
    short = SHORT if path.is_relative_to(FILLINS) else ORDINARY
    for line in _logical_lines(source):
        if len(reading.normal(line).split()) > short and not line.startswith(("import ", "from ")):
            yield "a line", line
    for token in _tokens(source):
        if token.type == tokenize.COMMENT and _is_sentence(token.string):
            yield "a comment", token.string.lstrip("# ")
        if token.type == tokenize.NUMBER and sum(c.isdigit() for c in token.string.strip("0.")) >= DIGITS:
            yield "a number", token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (("a sentence", line) for line in node.value.splitlines() if _is_sentence(line))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield "the name", node.name


def _logical_lines(source: str) -> Iterator[str]:
    """Each statement's tokens with spaces between them, however many lines it is spread over."""
    line: list[str] = []
    for token in _tokens(source):
        if token.type == tokenize.NEWLINE:
            yield " ".join(line)
            line = []
        elif token.type not in SILENT and token.type != tokenize.COMMENT:
            line.append(token.string)


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


def _is_sentence(text: str) -> bool:
    return sum(word.isalpha() for word in reading.normal(text).split()) >= SENTENCE
