"""Names of submissions: in plain characters, and the same whoever else hands in.

A result in the journal and a mark by hand are known by this name: if it changed when another student of that
name joined the class, they would be taken for someone else's.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 60  # characters of a name, without what tells it from others


def plain_name(text: str, own: str = "") -> str:
    """`text` in plain characters; behind it `own`, the student's number, or a hash where letters are lost."""
    spelled = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    name, mark = _plain(spelled), _plain(own)
    lost = len(name) > LONGEST or any(c.isalnum() and not c.isascii() for c in spelled)
    mark = mark[:LONGEST] or (short_hash(text) if lost else "")
    return "-".join(filter(None, (name[:LONGEST] or "submission", mark)))


def short_hash(text: str) -> str:
    """Six characters that tell one name from another, however its accents are stored."""
    normal = unicodedata.normalize("NFC", text)
    return hashlib.sha256(normal.encode("utf-8", "surrogateescape")).hexdigest()[:6]


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._-")
