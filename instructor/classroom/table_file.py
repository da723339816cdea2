"""CSV files that a spreadsheet may open and save again: nothing in them is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

from instructor.core.files import write_bytes_atomically
from instructor.core.text import sanitize

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
BYTES = 64 << 20
# Where a spreadsheet begins another cell if it takes ; or a tab for the separator, as it does in many
# countries (quotes in the middle of a cell don't hold it back), and what makes a formula of that cell.
STARTS, SIGNS = r"[;\t\r\n][\s\"]*", re.escape("".join(sign for sign in FORMULA if not sign.isspace()))
WITHIN, MARKED = re.compile(rf"({STARTS})('*[{SIGNS}])"), re.compile(rf"({STARTS})'('*[{SIGNS}])")


class AsRead(str):
    """A cell that is no formula, whatever it begins with, and is written as it stands."""


def write_table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    for_people: bool = True,
    keep: bool = False,
) -> None:
    """Write a table in one go. Numbers stay numbers; text that a spreadsheet might run gets an apostrophe,
    also where only another separator than the comma would make a cell of it.

    One `for_people` begins with a mark without which Excel takes names in UTF-8 for something else. To `keep`
    what is there is to leave it beside the new file as NAME.bak-1, -2, …, unless it says the same.
    """
    text = io.StringIO()
    text.write("\ufeff" if for_people else "")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    data = text.getvalue().encode("utf-8")
    if keep and path.is_file():
        if (before := path.read_bytes()) == data:
            return
        write_bytes_atomically(_free_name(path), before)
    write_bytes_atomically(path, data)


def read_table(path: Path, columns: Sequence[str] = (), needed: Sequence[str] = ()) -> list[dict[str, str]]:
    """The rows of a table, as `numbered_rows` reads them."""
    return [row for _, row in numbered_rows(path, columns, needed)]


def numbered_rows(
    path: Path, columns: Sequence[str] = (), needed: Sequence[str] = (), optional: Collection[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table, saved by whatever spreadsheet, by the names of their columns in lower case.

    Each comes with the line of the file on which it begins. With `columns`, it is a table that was written
    with them, and nothing in it is passed over: those that are `needed` have to be there, and all of them
    where there is another name (but an `optional` one), which may be a new one for theirs.

    Raises ValueError with a sentence when it is no table, or none of these columns.
    """
    text, delimiter = _text(path)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=delimiter, strict=bool(columns))
        names = [name.strip().lower() for name in next(lines, [])]
        if columns:
            _check_header(path, names, columns, needed, optional)
        rows, begins = [], lines.line_num + 1
        for row in lines:
            rows += [(begins, row)] if row else []
            begins = lines.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{path.name} is not a CSV file ({error}, about line {lines.line_num}).") from None
    for number, (_, row) in enumerate(rows, 2):
        unnamed = (cell for name, cell in zip_longest(names, row, fillvalue="") if not name)
        if columns and any(cell.strip() for cell in unnamed):
            raise ValueError(
                f"{path.name}, row {number}: something stands in a column without a name. Name that column, "
                f"or mend the row, if it has a {delimiter!r} in a text without quotes. Nothing was changed."
            )
    return [
        (begins, {name: _plain(value) for name, value in zip_longest(names, row[: len(names)], fillvalue="")})
        for begins, row in rows
    ]


def read_cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """The names of a table's columns and its rows, as they stand there. Raises ValueError with a sentence."""
    text, delimiter = _text(path)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=delimiter)
        return next(lines, []), [row for row in lines if row]
    except csv.Error as error:
        raise ValueError(f"{path.name} is not a CSV file ({error}, about line {lines.line_num}).") from None


def _text(path: Path) -> tuple[str, str]:
    """A table's text, and what stands between its columns."""
    try:
        if path.stat().st_size > BYTES:
            raise ValueError(f"{path.name} is larger than {BYTES >> 20} MiB.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path} can't be read ({error.strerror or error}).") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not in UTF-8: save it as 'CSV UTF-8'.") from None
    first = text.partition("\n")[0]
    return text, max(",;\t", key=first.count)


def _check_header(
    path: Path, names: list[str], columns: Sequence[str], needed: Sequence[str], optional: Collection[str]
) -> None:
    others = [name for name in names if name and name not in columns and name not in optional]
    missing = [name for name in (columns if others else needed) if name not in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if not missing and not twice:
        return
    wrong = f"{missing[0]!r} is not among them" if missing else f"{twice[0]!r} is there twice"
    older = (
        f", or take an older copy ({path.name}.bak-…)"
        if path.with_name(f"{path.name}.bak-1").exists()
        else ""
    )
    raise ValueError(
        f"{path.name} can't be read: its first line has to name the columns {', '.join(columns)}, and "
        f"{wrong}. Put that line back on top{older}; nothing was changed."
    )


def newest_copy(path: Path) -> Path | None:
    """The last of the tables that `write_table` has kept beside the one at `path`."""
    copies = [
        each for each in path.parent.glob(f"{path.name}.bak-*") if each.name.rpartition("-")[2].isdigit()
    ]
    return max(copies, key=lambda each: int(each.name.rpartition("-")[2]), default=None)


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.bak-{number}")).exists():
        number += 1
    return name


def _cell(value: object) -> object:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return round(value, 4) if isinstance(value, float) and value % 1 else int(value)
    if isinstance(value, AsRead):
        return value
    text = WITHIN.sub(r"\1'\2", sanitize(str(value), 30_000))
    return f"'{text}" if _begins_a_formula(text) else text


def _plain(value: object) -> str:
    """A cell as it was before `_cell`."""
    text = MARKED.sub(r"\1\2", value if isinstance(value, str) else "")
    return text[1:] if text.startswith("'") and _begins_a_formula(text[1:]) else text


def _begins_a_formula(text: str) -> bool:
    return text.lstrip().startswith(FORMULA) or text.startswith(FORMULA)
