"""What a question is worth, behind its number in the notebooks of every language, from tasks.toml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.public_tasks import TABLE_FILE, is_public_table_current
from instructor.core.questions import load_written, with_points
from instructor.core.tasks import ROOT, notebooks, translations


def stale_notebooks() -> Iterator[tuple[Path, str]]:
    """Each notebook that does not say what tasks.toml does, and the text that does."""
    import nbformat

    most = load_written().most
    for name in notebooks():
        for place in (name, *(names[name] for names in translations().values() if name in names)):
            if not (path := ROOT / place).is_file():
                continue
            book, is_current = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4), True
            for before, cell in zip(book.cells, book.cells[1:], strict=False):
                if "answer" in cell.metadata.get("tags", []):
                    told = with_points(before.source, most.get(f"{name}#{cell.get('id')}"))
                    before.source, is_current = told, is_current and told == before.source
            if not is_current:
                yield path, nbformat.writes(book, version=4) + "\n"


def not_current() -> list[str]:
    """A sentence on each file in which students read other points than those of tasks.toml."""
    stale = [] if is_public_table_current() else [TABLE_FILE]
    stale += [path for path, _ in stale_notebooks()]
    told = "is not what tasks.toml says. Run: python -m instructor points"
    return [f"{path.relative_to(ROOT)} {told}" for path in stale]


def write_question_points() -> None:
    """Write the notebooks that are not current, and say so."""
    for path, text in stale_notebooks():
        write_atomically(path, text)
        print(f"Written: {path.relative_to(ROOT)}")
