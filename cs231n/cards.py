"""What checks.check has found, to look at: a card for a few tasks, a table for all (given)."""

import html
import textwrap
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from .check_examples import EXAMPLES
from .todo import table

COLORS = {"passed": "#2a9d6f", "wrong": "#d1495b", "not started": "#8494a3"}
INK, MUTED, PAPER = "#22303c", "#5d6c7a", "#f6f8fa"
WIDTH, SCALE, LINE = 680, 2, 19  # of a card in points; pixels a point; height of a line


def card(verdicts):
    """Return a picture of verdicts: each task's status, what was expected, and how long the check took.

    Input: a list of checks.Verdict. Returns a PIL image, twice as many pixels wide as it is to be shown.
    """
    rows = [(verdict, _lines(verdict, brief=len(verdicts) > 3)) for verdict in verdicts]
    height = sum(34 + LINE * len(lines) for _, lines in rows) + 8
    image = Image.new("RGB", (SCALE * WIDTH, SCALE * height), PAPER)
    draw, top = ImageDraw.Draw(image), 8
    for verdict, lines in rows:
        color = COLORS[verdict.status]
        bottom = top + 26 + LINE * len(lines)
        draw.rectangle([0, SCALE * top, SCALE * 5, SCALE * bottom], fill=color)
        _text(draw, 18, top, verdict.task, INK, bold=True)
        right = WIDTH - 12
        _text(draw, right, top, _seconds(verdict.seconds), MUTED, anchor="ra")
        _text(draw, right - 80, top, verdict.status, color, bold=True, anchor="ra")
        for k, line in enumerate(lines, start=1):
            _text(draw, 18, top + 3 + LINE * k, line, MUTED)
        top = bottom + 8
    return image


class Progress:
    """All tasks with status and points: as HTML in a notebook, as text elsewhere.

    - verdicts: a list of checks.Verdict. Of tasks without one, the notebooks, only the points are said.
    """

    def __init__(self, verdicts):
        self._verdicts = {verdict.task: verdict for verdict in verdicts}
        self._tasks = table()["tasks"]

    @property
    def points(self):
        """The points of the tasks whose checks pass, and those of all tasks; bonus tasks are left out."""
        counted = {name: task["points"] for name, task in self._tasks.items() if not task.get("bonus")}
        passed = [name for name, verdict in self._verdicts.items() if verdict.status == "passed"]
        return sum(counted.get(name, 0) for name in passed), sum(counted.values())

    def _rows(self):
        for name, task in self._tasks.items():
            verdict = self._verdicts.get(name)
            yield name, task["title"], task["points"], verdict.status if verdict else "when handed in"

    def _summary(self):
        reached, whole = self.points
        return f"{reached} of {whole} points are within reach: the checks here find most mistakes, not all."

    def __repr__(self):
        lines = [f"{points:4}  {status:15} {title}" for _, title, points, status in self._rows()]
        return "\n".join([*lines, self._summary()])

    def _repr_html_(self):
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(title)}</td>"
            f"<td style='text-align:left'><code>{html.escape(name)}</code></td><td>{points}</td>"
            f"<td style='text-align:left;color:{COLORS.get(status, MUTED)}'><b>{status}</b></td></tr>"
            for name, title, points, status in self._rows()
        )
        head = "<tr><th style='text-align:left'>task</th><th></th><th>points</th><th></th></tr>"
        return f"<table>{head}{rows}</table><p>{self._summary()}</p>"


def _lines(verdict, brief):
    """What is said below the task: what was wrong, or what the check tries."""
    examples = EXAMPLES.get(verdict.task, ())
    if verdict.message:
        return textwrap.wrap(verdict.message[:600], 84)[:6]
    if verdict.status == "passed":
        return [f"all {len(examples)} examples came out as expected"]
    if brief:
        return []
    return [
        line
        for example in examples
        for line in textwrap.wrap("– " + example.__doc__, 84, subsequent_indent="   ")
    ]


def _seconds(seconds):
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _text(draw, x, y, text, color, bold=False, anchor="la"):
    name = f"DejaVuSans{'-Bold' if bold else ''}.ttf"
    font = ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, 13 * SCALE)
    text = text.encode("utf-8", "replace").decode()
    draw.text((SCALE * x, SCALE * y), text, fill=color, font=font, anchor=anchor)
