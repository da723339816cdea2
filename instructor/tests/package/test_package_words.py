"""Everything that the package says is there in Chinese, with the same values in it."""

import ast
import base64
import json
import math
import re
import string
import types

import matplotlib
import nbformat
import pytest

from cs231n import checks, start, words
from cs231n.cards import Progress, card
from cs231n.check_examples import EXAMPLES, errors
from cs231n.checks import Verdict
from cs231n.explore import OwnPhotos, drawing
from cs231n.simclr import study
from cs231n.simclr.comparison import Comparison, beside
from cs231n.todo import TaskNotStarted, table
from cs231n.words import speak, spoken, t
from experiments.study.answer import Estimate, verdict
from instructor.core.composition import PACKAGE
from instructor.core.tasks import ROOT, notebooks
from instructor.release.translated import FOLDER

CHINESE = words.table("zh")
STATUSES = ("passed", "wrong", "not started", "when handed in")


@pytest.fixture(autouse=True)
def in_english():
    yield
    speak("en")


def calls(source):
    """The calls of t in a source with a literal, a method's or a variable's left out."""
    for node in ast.walk(ast.parse(source)):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id == "t" and isinstance(node.args[0], ast.Constant):
            yield node


def sentences():
    """{English sentence: where it is said}."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in calls(path.read_text(encoding="utf-8")):
            if isinstance(call.args[0], ast.Constant):
                found[call.args[0].value] = path.name
    for name in notebooks():
        for cell in nbformat.read(ROOT / name, as_version=4).cells:
            if cell.cell_type == "code" and cell.id != "set-up":
                for call in calls(cell.source):
                    found[call.args[0].value] = name
    found |= {sentence: "errors.py" for _, _, sentence in errors.MEANINGS}
    for task, entry in table()["tasks"].items():
        found |= {entry[key]: task for key in ("title", "goal", "hint") if key in entry}
    for examples in EXAMPLES.values():
        found |= {" ".join(example.__doc__.split()): example.__name__ for example in examples}
    return found | dict.fromkeys(STATUSES, "cards.py") | dict.fromkeys(study.CELLS, "study.py")


def fields(sentence):
    return sorted((name, form) for _, name, form, _ in string.Formatter().parse(sentence) if name)


def test_every_sentence_is_translated():
    missing = [f"{where}: {sentence}" for sentence, where in sentences().items() if sentence not in CHINESE]
    assert missing == []


@pytest.mark.parametrize("english", CHINESE)
def test_a_translation_has_the_same_values_and_is_chinese(english):
    assert fields(CHINESE[english]) == fields(english)
    if english != "L2":
        assert any("\u4e00" <= sign <= "\u9fff" or sign == "。" for sign in CHINESE[english])


def test_no_translation_is_of_something_that_nobody_says():
    """What is not said by a literal, as a title of a plot, stands in the package or in a notebook."""
    texts = [" ".join(path.read_text(encoding="utf-8").split()) for path in PACKAGE.rglob("*.py")]
    texts += [(PACKAGE / "tasks.json").read_text("utf-8")]
    texts += [
        " ".join(cell.source.split())
        for name in notebooks()
        for cell in nbformat.read(ROOT / name, as_version=4).cells
    ]
    whole = json.loads(json.dumps("\n".join(texts).replace('" "', ""))).replace('" f"', "")
    said = sentences()
    lost = [english for english in CHINESE if english not in said and english not in whole]
    assert lost == []


def test_the_table_keeps_to_the_list_of_terms():
    from instructor.tests.release.test_languages import unused_words

    text = (PACKAGE / "words_zh.json").read_text(encoding="utf-8")
    assert [word for word in unused_words() if word in text] == []
    assert FOLDER.is_dir()


def test_a_sentence_without_a_translation_is_said_in_english():
    speak("zh")
    assert t("Nobody says {this}.", this=1) == "Nobody says 1."
    assert spoken() == "zh"
    with pytest.raises(ValueError, match="choose one of en, zh"):
        speak("xx")


def test_cards_progress_and_explorers_speak_chinese():
    speak("zh")
    shown = card([checks.check("sim")])
    for text in ("还没开始", "写在这里：", "5 分", "提示", "只按夹角比较两个向量。"):
        assert text in shown
    progress = Progress([Verdict("sim", "passed", "", 0.1)])
    assert "显著图" in progress._repr_html_()
    assert "100 分中有 5 分" in repr(progress)
    assert OwnPhotos().upload.description == "选择照片"
    assert "sim 还没有开始" in str(TaskNotStarted("sim"))
    assert TaskNotStarted(str(TaskNotStarted("sim"))).task == "sim"
    assert "你还没有猜" in str(beside(Comparison({}, {}, ()), {}))


def test_the_printed_verdict_is_the_same_in_every_language():
    speak("zh")
    assert str(checks.check("sim")).startswith("sim: not started")
    assert str(Verdict("sim", "passed", "", 0.1)) == "sim: passed"


@pytest.mark.parametrize("installed", [True, False])
def test_plots_get_a_font_for_chinese_or_leave_it_to_the_browser(monkeypatch, installed):
    import matplotlib
    from matplotlib import font_manager

    asked, names = [], ["DejaVu Sans", start.HAN[3]] if installed else ["DejaVu Sans"]
    fonts = types.SimpleNamespace(ttflist=[types.SimpleNamespace(name=name) for name in names])
    monkeypatch.setattr(font_manager, "fontManager", fonts)
    shell = types.SimpleNamespace(run_line_magic=lambda *words: asked.append(" ".join(words)))
    with matplotlib.rc_context():
        monkeypatch.setattr(start, "get_ipython", lambda: shell)
        start.start("zh")
        family = matplotlib.rcParams["font.family"]
        assert family[-1] == (start.HAN[3] if installed else "sans-serif")
        assert (matplotlib.rcParams["svg.fonttype"] == "none") is not installed
    assert any("svg" in word for word in asked) is not installed


def test_the_answer_of_the_study_is_in_chinese_but_for_names_and_figures(tmp_path):
    page = ROOT / "docs" / "fair_comparison.md"
    english = page.read_text(encoding="utf-8").partition(study.BEGIN)[2].partition(study.END)[0]
    assert study.first_answer(page).split() == english.split()
    wide = tmp_path / "wide.md"
    note = (
        "- Fashion-MNIST, 10 labels, the labelled images: the half width is 1.4 points: drawing anew seeds "
        "alone gives ± 1.2, test images alone ± 0.7.\n"
    )
    wide.write_text(f"{study.BEGIN}{english}\n{note}{study.END}", encoding="utf-8")
    speak("zh")
    shown = study.first_answer(wide)
    assert "半宽是 1.4 个百分点" in shown
    assert len(shown.splitlines()) == len(english.splitlines()) + 2
    words = re.findall(r"[A-Za-z][\w-]*", shown)
    assert set(words) <= {"CPU", "SimCLR", "top-1", "Fashion-MNIST", "CIFAR-10"}


def test_every_verdict_of_the_study_has_a_cell():
    told = {"by_a_lot": 5.0, "equal": 1.0}
    intervals = [(6, 7), (-1, 1), (2, 3), (2, 6), (-3, -2), (-2, 2), (-2, 6), (math.nan, math.nan)]
    said = {verdict(Estimate(0.0, low, high), told) for low, high in intervals}
    assert len(said) == len(intervals)
    assert said <= set(study.CELLS)


def test_without_the_page_a_sentence_says_so(tmp_path):
    assert "is not here" in study.first_answer(tmp_path / "nothing.md")


@pytest.mark.filterwarnings("ignore:Glyph")  # the browser has it
def test_pictures_are_in_english_where_there_is_no_font_for_chinese(monkeypatch):
    from matplotlib.figure import Figure

    speak("zh")
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().set(xlabel=t("step"))
    written, title = [], f"{t('step {step}', step=3)}\nflamingo"
    monkeypatch.setattr(drawing, "chinese_font", lambda: None)
    monkeypatch.setattr(
        drawing.ImageDraw.ImageDraw, "text", lambda _, at, text, **style: written.append(text)
    )
    drawing.panels([(title, None)])
    assert written == ["step 3", "flamingo"]
    drawing.of_figure(figure)
    assert figure.axes[0].get_xlabel() == t("step") != "step"
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        source = re.search(r"svg\+xml;base64,([^\"]+)", drawing.drawn(figure, "alt"))
    assert t("step") in base64.b64decode(source[1]).decode("utf-8")
    monkeypatch.setattr(drawing, "chinese_font", lambda: "DejaVu Sans")
    drawing.panels([(title, None)])
    assert written[2:] == title.split("\n")


def test_what_was_said_long_ago_is_forgotten():
    speak("zh")
    first = t("step {step}", step=-1)
    assert words.in_english(f"{first}, 5") == "step -1, 5"
    for step in range(words.REMEMBERED):
        t("step {step}", step=step)
    assert words.in_english(first) == first
