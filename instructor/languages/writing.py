"""The notebooks and READMEs in another language, written from the English ones and translated sections."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from instructor.core.tasks import ROOT, translations
from instructor.languages.sections import Section, read_sections, translate

FOLDER = ROOT / "instructor" / "languages"
PAGES = {"README.md": "README", "instructor/release/README.md": "students-README"}
ANSWER = "answer"  # the section that stands in every cell for an answer
FENCE = re.compile(r"^(?:<!-- [^>]+ -->\n)?```.*?^```$", flags=re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(?=## )", flags=re.MULTILINE)


def translated_files(language: str) -> dict[Path, tuple[str, list[str]]]:
    """The text of every file in a language, and what is wrong with its translation."""
    files = {}
    for name, translation in translations().get(language, {}).items():
        text = (ROOT / name).read_text("utf-8")
        files[ROOT / translation] = translated_notebook(text, *_sections(language, Path(name).stem))
    for name, stem in PAGES.items():
        path = ROOT / name
        sections, where = _sections(language, stem)
        files[path.with_suffix(f".{language}.md")] = translated_page(path.read_text("utf-8"), sections, where)
    return files


def translated_notebook(text: str, sections: dict[str, Section], where: str) -> tuple[str, list[str]]:
    """A notebook with its Markdown cells in another language; code cells, ids and outputs are the same."""
    book = nbformat.reads(text, as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "markdown"]
    answers = [cell for cell in cells if "answer" in cell.metadata.get("tags", [])]
    english = {cell.id: cell.source for cell in cells if cell not in answers}
    if answers:
        english[ANSWER] = answers[0].source
    texts, wrong = translate(english, sections, where)
    for cell in cells:
        cell.source = texts[ANSWER if cell in answers else cell.id]
    return nbformat.writes(book, version=4) + "\n", wrong


def translated_page(text: str, sections: dict[str, Section], where: str) -> tuple[str, list[str]]:
    """A page with its sections in another language; its blocks of code are the same."""
    fences, english = {}, {}
    for part in HEADING.split(text):
        name = _slug(part) if part.startswith("## ") else "top"
        fences[name] = FENCE.findall(part)
        for number, fence in enumerate(fences[name], start=1):
            part = part.replace(fence, f"[code {number}]", 1)
        english[name] = part.strip("\n")
    texts, wrong = translate(english, sections, where)
    for name, codes in fences.items():
        for number, code in enumerate(codes, start=1):
            texts[name] = texts[name].replace(f"[code {number}]", code)
    return "\n\n".join(texts.values()) + "\n", wrong


def _sections(language: str, stem: str) -> tuple[dict[str, Section], str]:
    path = FOLDER / language / f"{stem}.md"
    return read_sections(path), str(path.relative_to(ROOT))


def _slug(part: str) -> str:
    heading = part.partition("\n")[0].removeprefix("## ")
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
