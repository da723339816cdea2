"""All that a file says in one form, however it is written down: its words, and the shape of its code."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Iterator

WORD = re.compile(r"\w+|[^\w\s]")
DROPPED = set("\"'`#\\")  # quotes, comment signs, escapes
MAGIC = re.compile(r"^\s*[%!].*$", flags=re.MULTILINE)
Shape = tuple[tuple[str, ...], str]  # the kinds of the statements, and what they do


def normal(text: str) -> str:
    """Words and signs with one space between them and around all, without what can be varied at no cost."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return f" {' '.join(word for word in WORD.findall(plain) if word not in DROPPED)} "


def text(name: str, data: bytes) -> str:
    """What a file says: as it stands, and the strings of its JSON or code."""
    plain = data.decode("utf-8", "replace")
    parts = [plain]
    if name.endswith((".ipynb", ".json")):
        parts += list(_strings(json.loads(plain)))
    for code in code_of(name, plain):
        parts += [node.value for node in ast.walk(code) if _is_text(node)]
    return "\n".join(parts)


def code(name: str, data: bytes) -> Iterator[ast.Module]:
    """The Python code of a file: a module, or each cell of a notebook."""
    yield from code_of(name, data.decode("utf-8", "replace"))


def code_of(name: str, plain: str) -> Iterator[ast.Module]:
    sources = [plain] if name.endswith(".py") else []
    if name.endswith(".ipynb"):
        cells = [cell for cell in json.loads(plain)["cells"] if cell["cell_type"] == "code"]
        sources = [MAGIC.sub("pass", "".join(cell["source"])) for cell in cells]
    for source in sources:
        try:
            yield ast.parse(source)
        except SyntaxError:
            continue  # no code then; its text is read all the same


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _strings(value: object) -> Iterator[str]:
    """Every string of a JSON value, keys too; a list of strings as the one text that it stands for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)


def shape(statements: list[ast.stmt]) -> Shape:
    """The statements with each variable named by the place of its first use; attributes keep their names."""
    names: dict[str, str] = {}
    dumps = []
    for statement in statements:
        copy = ast.parse(ast.unparse(statement))  # without positions and parentheses
        for node in ast.walk(copy):
            if isinstance(node, ast.Name):
                node.id = names.setdefault(node.id, f"v{len(names)}")
            elif isinstance(node, ast.arg):
                node.arg = names.setdefault(node.arg, f"v{len(names)}")
            elif isinstance(node, ast.FunctionDef):
                node.name = names.setdefault(node.name, f"v{len(names)}")
        dumps.append(ast.dump(copy))
    return kind(statements), "\n".join(dumps)


def kind(statements: list[ast.stmt]) -> tuple[str, ...]:
    """The kinds of the statements, which is soon told."""
    return tuple(type(statement).__name__ for statement in statements)
