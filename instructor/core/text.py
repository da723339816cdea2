"""Making a student's text safe to show, whatever it holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, bidirectional marks, surrogates, unassigned


def sanitize(text: str, limit: int = 2_000) -> str:
    """The text without characters that steer a terminal or reorder a line, cut to `limit` characters.

    Line breaks and tabs stay. What shows it still escapes it for its own format.
    """
    cut = text[: limit + 1]
    kept = "".join(c if c in "\n\t" or unicodedata.category(c) not in HIDDEN else "�" for c in cut)
    return kept if len(cut) <= limit else kept[:limit] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message on a word that is not known, " Did you mean …?"; "" where nothing is near it."""
    near = get_close_matches(word, list(dict.fromkeys(known)), n=2, cutoff=0.6)
    return f" Did you mean {' or '.join(near)}?" if near else ""
