"""CSV files that a spreadsheet may open and save again: nothing in them is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.text import sanitize

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
BYTES = 64 << 20


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], for_people: bool = True
) -> None:
    """Write a table in one go. Numbers stay numbers; text that a spreadsheet might run gets an apostrophe.

    One `for_people` begins with a mark without which Excel takes names in UTF-8 for something else.
    """
    text = io.StringIO()
    text.write("\ufeff" if for_people else "")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    write_atomically(path, text.getvalue())


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a table, saved by whatever spreadsheet, by the names of their columns in lower case.

    Raises ValueError with a sentence when it is no table.
    """
    try:
        if path.stat().st_size > BYTES:
            raise ValueError(f"{path.name} is larger than {BYTES >> 20} MiB.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path} can't be read ({error.strerror or error}).") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not in UTF-8: save it as 'CSV UTF-8'.") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restkey="", restval="")
        return [
            {(name or "").strip().lower(): _plain(value) for name, value in row.items()} for row in reader
        ]
    except csv.Error as error:
        raise ValueError(f"{path.name} is not a CSV file ({error}).") from None


def _cell(value: object) -> object:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return round(value, 4) if isinstance(value, float) and value % 1 else int(value)
    text = sanitize(str(value), 30_000)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text


def _plain(value: object) -> str:
    """A cell as it was before `_cell`."""
    text = value if isinstance(value, str) else ""
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(FORMULA) else text
