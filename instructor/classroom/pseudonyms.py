"""Names that hide who wrote an answer from those who mark it; whoever holds the key can undo them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

KEY = "pseudonyms.key"
LETTERS = 10  # of 32: in a class of a thousand, two are the same once in two thousand million classes


def pseudonyms(folder: Path, submissions: Iterable[str], make: bool = False) -> dict[str, str]:
    """The pseudonym of each submission by its name; none where `folder` holds no key and none is to be made.

    The key is a file of its own that only its owner may read. Without it nobody finds a name to a pseudonym,
    also not by trying all names of a class list.
    """
    path = folder / KEY
    if make and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(32)}\n")
    if not path.is_file():
        return {}
    key = path.read_bytes().strip()
    return {name: _pseudonym(key, name) for name in submissions}


def _pseudonym(key: bytes, name: str) -> str:
    digest = hmac.new(key, name.encode("utf-8"), hashlib.sha256).digest()
    return f"anon-{base64.b32encode(digest).decode()[:LETTERS].lower()}"
