"""Every language has the same code, and a translation that is missing or out of date is named."""

import re
from pathlib import Path

import nbformat
import pytest

from instructor.classroom.hand_grades import written_answers
from instructor.core.tasks import ROOT, notebooks, translations
from instructor.grading.intake import handed_in
from instructor.release import translated as writing
from instructor.release.translated import (
    PAGES,
    Section,
    fingerprint,
    joined,
    read_sections,
    translate,
    translated_files,
    translated_notebook,
    translated_page,
)

LANGUAGES = tuple(translations())
TRANSLATED = [(name, other) for names in translations().values() for name, other in names.items()]
FENCE = re.compile(r"^```.*?^```$", flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_is_there_and_written(language):
    for path, (text, wrong) in translated_files(language).items():
        assert wrong == []
        assert path.read_text(encoding="utf-8") == text, f"{path}: run python -m instructor languages"


@pytest.mark.parametrize(("name", "translated"), TRANSLATED)
def test_code_cells_are_the_same_in_every_language(name, translated):
    english = nbformat.read(ROOT / name, as_version=4)
    other = nbformat.read(ROOT / translated, as_version=4)
    assert [cell.id for cell in other.cells] == [cell.id for cell in english.cells]
    assert 'start("zh")' in other.cells[0].source
    other.cells[0].source = other.cells[0].source.replace('start("zh")', 'start("en")')
    for theirs, ours in zip(other.cells, english.cells, strict=True):
        assert theirs.metadata == ours.metadata
        assert (theirs == ours) == (ours.cell_type == "code"), ours.id
    assert other.metadata == english.metadata


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_blocks_of_code_are_the_same_in_every_language(language, page):
    other = (ROOT / page).with_suffix(f".{language}.md")
    assert FENCE.findall(other.read_text("utf-8")) == FENCE.findall((ROOT / page).read_text("utf-8"))


def unused_words():
    """The words that the list of terms names as not used."""
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| (.*?) ?\|$", (ROOT / "docs/terms.md").read_text("utf-8"), re.MULTILINE
    )
    return [word.strip() for _, _, words in rows[1:] for word in words.split(",") if word.strip(" -")]


def test_chinese_texts_keep_to_the_list_of_terms():
    unused = unused_words()
    assert len(unused) > 15
    for path in (writing.FOLDER / "zh").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert [word for word in unused if word in text] == [], path.name


# ---- what is named ----

ENGLISH = {"a": "Press **this**: `make lab`.", "b": "$$x$$\n\n[here](a.md)"}


def section(text, of):
    return Section(text, fingerprint(of))


def test_a_missing_translation_is_named_and_english_stands_in_its_place():
    texts, wrong = translate(ENGLISH, {"a": section("按**这个**：`make lab`。", ENGLISH["a"])}, "zh/x.md")
    assert texts["b"] == ENGLISH["b"]
    assert wrong == [
        f"zh/x.md lacks a translation of 'b'. Begin it with <!-- b {fingerprint(ENGLISH['b'])} -->"
    ]


def test_a_translation_of_an_older_text_is_named():
    sections = {name: section(text, "older") for name, text in ENGLISH.items()}
    _, wrong = translate(ENGLISH, sections, "zh/x.md")
    assert len(wrong) == 2
    assert all("has changed. Translate it anew" in sentence for sentence in wrong)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a", "按**这个**：`make test`。", "names other code"),
        ("a", "按这个：`make lab`。", "emphasizes"),
        ("a", "按**这个：**也就是 `make lab`。", "emphasizes"),  # closes only behind a letter: shown as it is
        ("b", "[这里](a.md)", "formulas"),
        ("b", "$$x$$\n\n[这里](b.md)", "links"),
    ],
)
def test_a_translation_that_says_something_else_is_named(name, text, fault):
    _, wrong = translate({name: ENGLISH[name]}, {name: section(text, ENGLISH[name])}, "zh/x.md")
    assert len(wrong) == 1
    assert fault in wrong[0]


def test_a_translation_of_nothing_is_named():
    _, wrong = translate({}, {"gone": section("没有", "")}, "zh/x.md")
    assert wrong == ["zh/x.md translates 'gone', which is not there"]


def test_chinese_lines_are_joined_without_a_space():
    assert joined("看见\n了，\n“它”\n> 们\n\n新段\n- 列表\n  项\nword\n词") == (
        "看见了，“它”们\n\n新段\n- 列表项\nword\n词"
    )


def test_an_untouched_answer_is_no_answer_in_any_language():
    own = [(name, name) for name in notebooks()]
    for name, file in [*own, *TRANSLATED]:
        data = (ROOT / file).read_bytes()
        assert written_answers(handed_in("one", {name: data})) == {}
        placeholder = read_sections(writing.FOLDER / "zh" / f"{Path(name).stem}.md")["answer"].text
        answered = data.replace(placeholder.encode(), "**你的回答：** 梯度。".encode())
        expected = {"梯度。"} if file != name else set()
        assert set(written_answers(handed_in("one", {name: answered})).values()) == expected


def test_a_page_keeps_its_code_where_the_translation_places_it():
    page = "# T\n\nOne.\n\n```sh\nmake a  # comment\n```\n\n## Two parts\n\nTwo.\n"
    sections = {
        "top": section("[code 1]\n\n一。", "# T\n\nOne.\n\n[code 1]"),
        "two-parts": section("## 两个部分\n\n二。", "## Two parts\n\nTwo."),
    }
    text, wrong = translated_page(page, sections, "zh/x.md")
    assert wrong == []
    assert text == "```sh\nmake a  # comment\n```\n\n一。\n\n## 两个部分\n\n二。\n"


def test_a_cell_that_is_new_in_english_does_not_stop_the_others():
    book = nbformat.read(ROOT / notebooks()[0], as_version=4)
    book.cells.insert(2, nbformat.v4.new_markdown_cell("New.", id="brand-new"))
    sections = read_sections(writing.FOLDER / "zh" / f"{Path(notebooks()[0]).stem}.md")
    text, wrong = translated_notebook(nbformat.writes(book), sections, "zh/x.md")
    assert len(wrong) == 1
    assert "'brand-new'" in wrong[0]
    assert "网络看到了什么" in text


def test_a_notebook_without_a_question_is_translated_and_one_without_a_language_is_left_out(monkeypatch):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("One.", id="one")])
    text, wrong = translated_notebook(nbformat.writes(book), {"one": section("一。", "One.")}, "zh/x.md")
    assert wrong == []
    assert "一。" in text
    monkeypatch.setattr(writing, "translations", lambda: {"zh": {notebooks()[0]: "notebooks/zh/x.ipynb"}})
    books = [path for path in translated_files("zh") if path.suffix == ".ipynb"]
    assert books == [ROOT / "notebooks/zh/x.ipynb"]
