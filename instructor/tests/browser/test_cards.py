"""Cards, progress and explorers' pictures in light and dark notebooks, in both languages, by eye and by "
"keyboard."""

from __future__ import annotations

import numpy as np
import pytest

from cs231n.cards import Progress, card
from cs231n.checks import Verdict
from cs231n.explore.drawing import row
from cs231n.explore.parts import STYLE
from cs231n.words import languages, speak
from instructor.tests.browser.test_reports import CONTRAST

PAGES = {  # how a notebook says that it is light or dark, and its colors
    "lab-light": '<body data-jp-theme-light="true" style="background:#ffffff;color:#1f1f1f">',
    "lab-dark": '<body data-jp-theme-light="false" style="background:#111111;color:#e0e0e0">',
    "vscode-dark": '<body class="vscode-dark" style="background:#1e1e1e;color:#d4d4d4">',
    "vscode-light": '<body class="vscode-light" style="background:#ffffff;color:#1f1f1f">',
    "colab-dark": '<html theme="dark"><body style="background:#383838;color:#d5d5d5">',
}
VERDICTS = [
    Verdict("sim", "passed", "", 0.1),
    Verdict(
        "train", "wrong", "the mean loss is 2, expected 1: " + "x" * 300, 2.0, "cs231n/simclr/utils.py:33"
    ),
    Verdict("compute_saliency_maps", "not started", "", 0.1, "cs231n/net_visualization_pytorch.py:45"),
]


@pytest.fixture(autouse=True)
def in_english():
    yield
    speak("en")


@pytest.fixture(params=PAGES)
def shown(browser, request):
    """A function that shows HTML in such a notebook, on a system that prefers the other scheme."""
    scheme = "light" if "dark" in request.param else "dark"
    page = browser.new_page(viewport={"width": 700, "height": 900}, color_scheme=scheme)

    def show(html):
        page.set_content(PAGES[request.param] + html)
        return page

    yield show
    page.close()


@pytest.mark.parametrize("language", languages())
def test_every_text_can_be_read(shown, language):
    speak(language)
    pictures = row([("title\nbelow", np.zeros((8, 8, 3)))], side=64)
    page = shown(card(VERDICTS) + Progress(VERDICTS)._repr_html_() + STYLE + pictures)
    page.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
    ratio, text = page.evaluate(CONTRAST)
    assert ratio >= 4.5, text
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen


def test_a_card_is_as_dark_as_its_notebook(shown, request):
    page = shown(card(VERDICTS))
    paper = page.locator(".cs231n-card").evaluate("each => getComputedStyle(each).backgroundColor")
    dark = sum(map(int, paper[4:-1].split(","))) < 300
    assert dark is ("dark" in request.node.callspec.params["shown"])


def test_hints_are_unfolded_by_keyboard_and_a_place_is_marked_by_a_click(shown):
    page = shown(card(VERDICTS))
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.evaluate("details => details.open")
    page.locator(".place").first.click()
    assert page.evaluate("() => getSelection().toString()") == "cs231n/simclr/utils.py:33"
