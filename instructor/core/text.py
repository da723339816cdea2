"""Making a student's text safe to show, whatever it holds."""

from __future__ import annotations

import unicodedata

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, bidirectional marks, surrogates, unassigned


def sanitize(text: str, limit: int = 2_000) -> str:
    """The text without characters that steer a terminal or reorder a line, cut to `limit` characters.

    Line breaks and tabs stay. What shows it still escapes it for its own format.
    """
    cut = text[: limit + 1]
    kept = "".join(c if c in "\n\t" or unicodedata.category(c) not in HIDDEN else "�" for c in cut)
    return kept if len(cut) <= limit else kept[:limit] + "…"
