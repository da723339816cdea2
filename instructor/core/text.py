"""Making a student's text safe to show, whatever it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, bidirectional marks, surrogates, unassigned


def file_name(text: str, longest: int, most_bytes: int = 150) -> str:
    """The letters and digits of `text`, in any script, and `._-`, as the name of a file; "" without any.

    Others become one underscore. Latin letters lose their accents, so that a name is the same however a
    system stores them. It has at most so many characters, and bytes in UTF-8.
    """
    kept, before = "", ""
    for char in unicodedata.normalize("NFKD", text):
        is_accent = bool(unicodedata.combining(char)) and before.isascii() and before.isalnum()
        before = before if is_accent else char
        kept += "" if is_accent else char
    plain = "".join(c if _is_of_a_name(c) else "_" for c in unicodedata.normalize("NFC", kept))
    name = re.sub("_+", "_", plain).strip("._-")[:longest]
    return name.encode("utf-8", "ignore")[:most_bytes].decode("utf-8", "ignore").strip("._-")


def _is_of_a_name(char: str) -> bool:
    return (
        char in "._-" or unicodedata.category(char)[0] in "LN" or unicodedata.category(char) in ("Mn", "Mc")
    )


def sanitize(text: str, limit: int = 2_000) -> str:
    """The text without characters that steer a terminal or reorder a line, cut to `limit` characters.

    Line breaks and tabs stay. What shows it still escapes it for its own format.
    """
    cut = text[: limit + 1]
    kept = "".join(c if c in "\n\t" or unicodedata.category(c) not in HIDDEN else "�" for c in cut)
    return kept if len(cut) <= limit else kept[:limit] + "…"


def did_you_mean(word: str, known: Iterable[str], shown: Mapping[str, str] | None = None) -> str:
    """The end of a message on a word that is not known, " Did you mean …?"; "" where nothing is near it.

    `shown` is how those that are known are written, where that is another way.
    """
    near = get_close_matches(word, list(dict.fromkeys(known)), n=4, cutoff=0.6)
    near = list(dict.fromkeys(shown[each] if shown else each for each in near))[:2]
    return f" Did you mean {' or '.join(near)}?" if near else ""
