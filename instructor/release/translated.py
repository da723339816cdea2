"""The notebooks and READMEs in other languages, written from the English ones and translated sections.

    <!-- saliency 3fa9c2d1 -->
    …the translation of the cell or section of that name…

So a file in `instructor/languages/zh/` looks. The digits are a fingerprint of the English text that was
translated, so that a later change of it is noticed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt  # comes with rich

from instructor.core.questions import points_in, with_points, without_points
from instructor.core.tasks import ROOT, translations

FOLDER = ROOT / "instructor" / "languages"
PAGES = {
    "README.md": "README",
    "instructor/release/README.md": "students-README",
    "docs/student.md": "student",
}
SPOKEN = 'start("{}")'  # in the set-up cell: the one place where code cells of two languages differ
ANSWER = "answer"  # the section that stands in every cell for an answer
FENCE = re.compile(r"^(?:<!-- [^>]+ -->\n)?```.*?^```$", flags=re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(?=## )", flags=re.MULTILINE)
MARK = re.compile(r"^<!-- (?P<name>[a-z0-9-]+)(?: (?P<of>[0-9a-f]{8}|new))? -->$", flags=re.MULTILINE)
SPAN = re.compile(r"`[^`]+`")
TRANSLATION = re.compile(r"\.[a-z]{2}\.md$")  # a page may lead to another one in its own language
LINK = re.compile(r"\]\(([^)]+)\)")
HAN = "[\u2014\u201c\u201d\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"  # with their punctuation
BETWEEN = re.compile(rf"(?<={HAN})\n(?:> | +)?(?={HAN})")
FORMULA = re.compile(r"\$\$.+?\$\$|\$.+?\$", flags=re.DOTALL)
CODE = re.compile(r"^\[code \d+\]$", flags=re.MULTILINE)
QUESTION = re.compile(r"\*\*(?:Question|问题) ?(\d+)\.?\*\*")


def translated_files(language: str) -> dict[Path, tuple[str, list[str]]]:
    """The text of every file in a language, and what is wrong with its translation."""
    files = {}
    for name, translation in translations().get(language, {}).items():
        text = (ROOT / name).read_text("utf-8")
        files[ROOT / translation] = translated_notebook(text, *_sections(language, Path(name).stem), language)
    for name, stem in PAGES.items():
        path = ROOT / name
        sections, where = _sections(language, stem)
        files[path.with_suffix(f".{language}.md")] = translated_page(path.read_text("utf-8"), sections, where)
    return files


def translated_notebook(
    text: str, sections: dict[str, Section], where: str, language: str = "zh"
) -> tuple[str, list[str]]:
    """A notebook with its Markdown cells in another language; code cells, ids and outputs are the same.

    Only the set-up cell, which says the language to the package, says this one.
    """
    book = nbformat.reads(text, as_version=4)
    for cell in book.cells[:1]:
        cell.source = cell.source.replace(SPOKEN.format("en"), SPOKEN.format(language))
    cells = [cell for cell in book.cells if cell.cell_type == "markdown"]
    answers = [cell for cell in cells if "answer" in cell.metadata.get("tags", [])]
    english = {cell.id: without_points(cell.source) for cell in cells if cell not in answers}
    if answers:
        english[ANSWER] = answers[0].source
    texts, wrong = translate(english, sections, where)
    for cell in cells:
        translation = texts[ANSWER if cell in answers else cell.id]
        cell.source = with_points(translation, points_in(cell.source))
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


@dataclass(frozen=True)
class Section:
    """A translated text, and the fingerprint of the English one it was made from."""

    text: str
    of: str


def fingerprint(english: str) -> str:
    """Eight digits that change with the words of a text."""
    return hashlib.sha256(" ".join(english.split()).encode()).hexdigest()[:8]


def read_sections(path: Path) -> dict[str, Section]:
    """The sections of a file by name; none when there is no such file."""
    if not path.is_file():
        return {}
    parts = MARK.split(path.read_text(encoding="utf-8"))
    found = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return {name: Section(text.strip("\n"), of or "") for name, of, text in found}


def translate(
    english: Mapping[str, str], sections: Mapping[str, Section], where: str
) -> tuple[dict[str, str], list[str]]:
    """Each text in the other language, or as it is where that is missing; and what is wrong, in sentences.

    `where` names the file of the sections.
    """
    texts, wrong = {}, []
    for name, text in english.items():
        section, mark = sections.get(name), f"<!-- {name} {fingerprint(text)} -->"
        texts[name] = joined(section.text) if section else text
        if section is None:
            wrong.append(f"{where} lacks a translation of {name!r}. Begin it with {mark}")
        elif section.of != fingerprint(text):
            wrong.append(f"{where}: the English {name!r} has changed. Translate it anew, below {mark}")
        else:
            wrong += [f"{where}: {name!r} {fault}" for fault in _differences(text, section.text)]
    extra = [name for name in sections if name not in english]
    return texts, wrong + [f"{where} translates {name!r}, which is not there" for name in extra]


def joined(text: str) -> str:
    """The text without line breaks between Chinese characters, which would be shown as spaces."""
    return BETWEEN.sub("", text)


def _differences(english: str, other: str) -> list[str]:
    """What has to be the same in every language and is not."""
    same = {
        "names other code": lambda text: sorted(set(SPAN.findall(text))),
        "has other links": lambda text: sorted(TRANSLATION.sub(".md", link) for link in LINK.findall(text)),
        "has another number of formulas": lambda text: text.count("$$"),
        "asks other questions": QUESTION.findall,
        "places the code blocks otherwise": CODE.findall,
        "emphasizes another number of things": _emphasized,
    }
    return [
        f"{fault}: {of(other)}, not {of(english)}" for fault, of in same.items() if of(english) != of(other)
    ]


def _emphasized(text: str) -> int:
    """How many words or phrases are shown as *such* or **such**."""
    tokens = MarkdownIt().parse(FORMULA.sub(" x ", text))
    inline = [child.type for token in tokens for child in token.children or ()]
    return sum(kind in ("em_open", "strong_open") for kind in inline)
