"""Whether anything that students receive holds a line of an answer, of a hidden check, or of a known mistake.

Both sides are brought to one form first: words and signs with one space between them, without quotes, comment
signs, capitals and invisible characters. So a line is found wherever it stands: in code, wrapped or indented
in another way, in a comment, a docstring, Markdown, a notebook's source, output or metadata. A whole answer
is also found when its variables have other names.

Lines that say nothing, such as imports and those of three words, don't count. A line that a student needs and
an answer holds as well is allowed by name in `given_lines.txt`; an entry there that is of no use is a fault.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from instructor.checks.marking import FOLDER
from instructor.core.composition import FILLINS, fillins
from instructor.core.questions import RUBRICS
from instructor.core.tasks import ROOT, code_tasks
from instructor.release import reading

GIVEN = ROOT / "instructor" / "release" / "given_lines.txt"
ANY = "any file"
SILENT = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
SHORT = 3  # a line of an answer that has so few words and signs says nothing: `else:`, `loss = 0`
ORDINARY = 9  # and one of a check with so few could stand in any program: `torch.manual_seed(seed)`
SENTENCE = 5  # so many words make a sentence
NODES = 25  # a smaller answer has the shape of much ordinary code
DIGITS = 5  # a number with so many is a result, not a setting


@dataclass(frozen=True)
class Leak:
    """A secret in a member; `str()` is the sentence."""

    member: str
    secret: Secret

    def __str__(self) -> str:
        return f"{self.member} holds {self.secret.what} of {self.secret.source}: {self.secret.text}"


def leaks(members: Mapping[str, bytes], given: Path = GIVEN) -> list[str]:
    """A sentence for each secret in a member, and for each line that is allowed without need."""
    allowed, used, sentences = _allowed(given), set(), []
    for leak in (*_lines(members), *_answers(members)):
        text = reading.normal(leak.secret.text)
        entries = {(leak.member, text), (ANY, text)} & allowed
        used |= entries
        if not entries:
            sentences.append(str(leak))
    stale = sorted(allowed - used)
    return sentences + [f"{given.name} allows what is no leak: {member}:{text}" for member, text in stale]


def _lines(members: Mapping[str, bytes]) -> Iterator[Leak]:
    texts = {name: reading.normal(reading.text(name, data)) for name, data in members.items()}
    everything = "\n".join(texts.values())
    for secret in secrets():
        needle = reading.normal(secret.text)
        if needle in everything:
            yield from (Leak(name, secret) for name, text in texts.items() if needle in text)


def _answers(members: Mapping[str, bytes]) -> Iterator[Leak]:
    """Whole answers under other names."""
    for name, data in members.items():
        for code in reading.code(name, data):
            for source in disguised(code):
                yield Leak(name, Secret("the answer, under other names,", source, "the whole block"))


def _allowed(path: Path) -> set[tuple[str, str]]:
    """The entries `MEMBER: line` of the file, the lines in normal form."""
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = [line.partition(": ") for line in lines if line.strip() and not line.startswith("#")]
    return {(member, reading.normal(text)) for member, _, text in entries}


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
    for path in (
        *sorted(FILLINS.glob("*/*.py")),
        *sorted(FOLDER.glob("*.py")),
        *sorted(RUBRICS.glob("*.md")),
    ):
        for what, text in _secrets_of(path) if path.suffix == ".py" else _sentences_of(path):
            found.setdefault(reading.normal(text), Secret(what, str(path.relative_to(ROOT)), text))
    return tuple(found.values())


@cache
def answers() -> dict[reading.Shape, str]:
    """The shapes, with their files, of all right answers large enough to be told from ordinary code."""
    found = {}
    for task in code_tasks():
        for name, fillin in fillins(task.id).items():
            body = ast.parse(fillin.body).body
            if fillin.kind != "wrong" and sum(1 for node in body for _ in ast.walk(node)) >= NODES:
                found[reading.shape(body)] = f"instructor/fillins/{task.id}/{name}.py"
    return found


def disguised(module: ast.Module) -> Iterator[str]:
    """The files of the answers that stand somewhere in the code, whatever its variables are called."""
    kinds = {key[0] for key in answers()}
    for node in ast.walk(module):
        for body in (getattr(node, field, None) for field in ("body", "orelse", "finalbody")):
            for length in {len(kind) for kind in kinds} if isinstance(body, list) else ():
                for start in range(len(body) - length + 1):
                    run = body[start : start + length]
                    if reading.kind(run) in kinds and (source := answers().get(reading.shape(run))):
                        yield source


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


def _sentences_of(path: Path) -> Iterator[tuple[str, str]]:
    """What a rubric says is right."""
    lines = path.read_text(encoding="utf-8").splitlines()
    yield from (("a line", line) for line in lines if not line.startswith("#") and _is_sentence(line))


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
