"""All that a file says, as one text in one form, whatever way it is written down."""

from __future__ import annotations

import ast
import base64
import binascii
import json
import re
import unicodedata
import zlib
from collections.abc import Iterator

WORD = re.compile(r"\w+|[^\w\s]")
DROPPED = set("\"'`#\\")  # quotes, comment signs, escapes
PACKED = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
MAGIC = re.compile(r"^\s*[%!].*$", flags=re.MULTILINE)


def normal(text: str) -> str:
    """Words and signs with one space between them and around all, without what can be varied at no cost."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return f" {' '.join(word for word in WORD.findall(plain) if word not in DROPPED)} "


def text(name: str, data: bytes) -> str:
    """What a file says: as it stands, the strings of its JSON or code, and what is packed in base64."""
    plain = data.decode("utf-8", "replace")
    parts = [plain]
    if name.endswith((".ipynb", ".json")):
        parts += list(_strings(json.loads(plain)))
    for code in code_of(name, plain):
        parts += [node.value for node in ast.walk(code) if _is_text(node)]
    return "\n".join([*parts, *(said for part in parts for said in _unpacked(part))])


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


def _unpacked(text: str) -> Iterator[str]:
    """What stands in the text as base64, compressed or not."""
    for run in PACKED.findall(re.sub(r"\s*\n\s*", "", text)) + PACKED.findall(text):
        try:
            data = base64.b64decode(run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4), altchars=None)
        except (binascii.Error, ValueError):
            continue
        for way in (bytes, zlib.decompress, lambda d: zlib.decompress(d, zlib.MAX_WBITS | 16)):
            try:
                yield way(data).decode("utf-8")
            except (zlib.error, UnicodeDecodeError):
                continue
