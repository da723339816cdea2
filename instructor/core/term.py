"""The running term as `[term]` in `tasks.toml` states it: name, dates, and the seed of its grading."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from instructor.core.tasks import TASKS_FILE

KEYS = ("name", "opens", "due", "seed")


@dataclass(frozen=True)
class Term:
    """A term; what is not set is None. Dates have a time zone."""

    name: str | None = None
    opens: datetime | None = None
    due: datetime | None = None
    seed: int | None = None


def load_term(path: Path = TASKS_FILE) -> Term:
    """Read the term. Raises ValueError for a date without a time zone, or dates out of order."""
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("term", {})
    if unknown := set(table) - set(KEYS):
        raise ValueError(f"{path.name}: [term] knows {', '.join(KEYS)}, not {', '.join(sorted(unknown))}")
    term = Term(**table)
    for key in ("opens", "due"):
        date = getattr(term, key)
        if date is not None and not (isinstance(date, datetime) and date.tzinfo):
            raise ValueError(
                f"{path.name}: {key} is a date with a time and a zone: 2027-02-01T23:59:00+01:00"
            )
    if term.opens and term.due and term.opens >= term.due:
        raise ValueError(
            f"{path.name}: the term opens {term.opens} and is due {term.due}, which is not later"
        )
    if term.seed is not None and (not isinstance(term.seed, int) or term.seed < 0):
        raise ValueError(f"{path.name}: seed is a whole number, 0 or more")
    return term
