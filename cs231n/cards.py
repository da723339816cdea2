"""What checks.check has found, to look at: a card for a few tasks, a table for all, and other tables (given).

All are HTML with colors of their own, on light and on dark notebooks. No script: everything is text that can
be marked and copied; a click on a place in a file marks all of it.
"""

import html
from dataclasses import dataclass

from .check_examples import EXAMPLES
from .todo import table
from .words import t

# Ink and paper for light and for dark notebooks; each ink has a contrast of 4.5 or more with each paper.
LIGHT = {"paper": "#f6f8fa", "code": "#e9edf1", "ink": "#22303c", "muted": "#52606d"}
LIGHT |= {"passed": "#1b7048", "wrong": "#b3263b", "not-started": "#52606d"}
DARK = {"paper": "#1f2933", "code": "#2b3846", "ink": "#e6ebf0", "muted": "#a9b6c2"}
DARK |= {"passed": "#63d29e", "wrong": "#ff97a4", "not-started": "#a9b6c2"}
LONGEST = 1200  # characters of a message that are shown
# JupyterLab and Notebook, Colab, VS Code; elsewhere what the reader's system prefers.
DARK_PAGES = ('body[data-jp-theme-light="false"]', 'html[theme="dark"]', "body.vscode-dark")
UNDECIDED = "body:not([data-jp-theme-light]):not(.vscode-light):not(.vscode-dark)"


def card(verdicts):
    """Return the HTML of verdicts: each task's status, place, goal and hints, and what was expected.

    Input: a list of checks.Verdict.
    """
    rows = "".join(_row(verdict, brief=len(verdicts) > 3) for verdict in verdicts)
    return f'{style()}<div class="cs231n-card">{rows}</div>'


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
            yield name, task, verdict.status if verdict else "when handed in"

    def _summary(self):
        reached, whole = self.points
        return t(
            "{reached} of {whole} points are within reach: the checks here find most mistakes, not all.",
            reached=reached,
            whole=whole,
        )

    def __repr__(self):
        lines = [f"{task['points']:4}  {t(status):15} {t(task['title'])}" for _, task, status in self._rows()]
        return "\n".join([*lines, self._summary()])

    def _repr_html_(self):
        heads = "".join(f"<th>{t(head)}</th>" for head in ("task", "name", "points", "minutes", "status"))
        rows = "".join(
            f"<tr><td>{_text(t(task['title']))}</td><td><code>{_text(name)}</code></td>"
            f"<td>{task['points']}</td><td>{task.get('minutes', '')}</td>"
            f'<td class="{_kind(status)}"><b>{_text(t(status))}</b></td></tr>'
            for name, task, status in self._rows()
        )
        whole = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table><p>{self._summary()}</p>"
        return f'{style()}<div class="cs231n-card">{whole}</div>'


@dataclass(frozen=True)
class Table:
    """Rows of texts, the heads first, and a text below: as HTML in a notebook, as text elsewhere.

    Columns are on the left, numbers too: that way a table looks the same in every language.
    """

    rows: list
    below: str = ""

    def __str__(self):
        wide = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, wide)).rstrip() for row in self.rows]
        return "\n".join([*lines, *self.below.splitlines()])

    def _repr_html_(self):
        heads, *rows = self.rows or [[]]
        first = "".join(f'<th scope="col">{_text(head)}</th>' for head in heads)
        rest = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
        table = f"<table><thead><tr>{first}</tr></thead><tbody>{rest}</tbody></table>" if heads else ""
        below = "".join(f"<p>{_text(line)}</p>" for line in self.below.splitlines())
        return f'{style()}<div class="cs231n-card">{table}{below}</div>'


def style():
    """Return the style of cards and tables, for light and dark notebooks."""
    light, dark = (
        "".join(f"--{name}:{color};" for name, color in colors.items()) for colors in (LIGHT, DARK)
    )
    pages = ",".join(f"{page} .cs231n-card" for page in DARK_PAGES)
    return (
        f"<style>.cs231n-card{{{light}}}{pages}{{{dark}}}"
        f"@media (prefers-color-scheme:dark){{{UNDECIDED} .cs231n-card{{{dark}}}}}"
        ".cs231n-card{background:var(--paper);color:var(--ink);max-width:52em;padding:4px 0;line-height:1.45;"
        "font-family:system-ui,sans-serif;font-size:14px;border-radius:4px;overflow-x:auto}"
        ".cs231n-card section{border-left:5px solid var(--muted);margin:6px 0;padding:2px 14px}"
        ".cs231n-card header{display:flex;gap:1em;align-items:baseline;flex-wrap:wrap}"
        ".cs231n-card header b:first-child{flex:1;color:var(--ink)}"
        ".cs231n-card p{margin:3px 0;color:var(--ink)}"
        ".cs231n-card .aside,.cs231n-card ul,.cs231n-card summary{color:var(--muted);margin:3px 0}"
        ".cs231n-card summary{cursor:pointer;width:max-content}"
        ".cs231n-card summary:focus-visible{outline:2px solid var(--ink)}"
        ".cs231n-card code{background:var(--code);color:var(--ink);padding:1px 4px;border-radius:3px;"
        "font-size:13px;white-space:pre-wrap;overflow-wrap:anywhere}.cs231n-card .place{user-select:all}"
        ".cs231n-card .message{white-space:pre-wrap;overflow-wrap:anywhere}"
        ".cs231n-card .passed{color:var(--passed);border-color:var(--passed)}"
        ".cs231n-card .wrong{color:var(--wrong);border-color:var(--wrong)}"
        ".cs231n-card .not-started{color:var(--not-started)}"
        ".cs231n-card td code{white-space:nowrap}.cs231n-card table{border-collapse:collapse;margin:4px 14px}"
        ".cs231n-card th,.cs231n-card td{text-align:left!important;padding:3px 12px 3px 0;color:var(--ink);"
        "background:var(--paper)}.cs231n-card td.passed{color:var(--passed)}"
        ".cs231n-card td.wrong{color:var(--wrong)}.cs231n-card td.not-started{color:var(--not-started)}"
        ".cs231n-card th:first-child,.cs231n-card td:first-child{padding-left:14px!important}"
        ".cs231n-card>p{margin:6px 14px}</style>"
    )


def _row(verdict, brief):
    kind, task = _kind(verdict.status), table()["tasks"].get(verdict.task, {})
    parts = [
        f"<header><b>{_text(verdict.task)}</b><b class='{kind}'>{_text(t(verdict.status))}</b>"
        f"<span class='aside'>{_facts(task, verdict)}</span></header>"
    ]
    if verdict.message:
        parts.append(f"<p class='message'>{_text(verdict.message[:LONGEST])}</p>")
    elif verdict.status == "passed":
        count = len(EXAMPLES.get(verdict.task, ()))
        parts.append(f"<p class='aside'>{t('all {count} examples came out as expected', count=count)}</p>")
    if verdict.status != "passed":
        if verdict.where:
            said = t("Write here:") if verdict.status == "not started" else t("Look here:")
            parts.append(f"<p>{said} <code class='place'>{_text(verdict.where)}</code></p>")
        if not brief:
            parts.append(_help(verdict, task))
    return f'<section class="{kind}">{"".join(parts)}</section>'


def _help(verdict, task):
    """The goal, and folded: what the check tries, a hint, the formula."""
    examples = EXAMPLES.get(verdict.task, ())
    tried = "".join(f"<li>{_text(t(' '.join(example.__doc__.split())))}</li>" for example in examples)
    parts = [f"<p class='aside'>{_text(t(task['goal']))}</p>"] if "goal" in task else []
    for name, inside in (
        ("What the check tries", f"<ul>{tried}</ul>" if tried else ""),
        ("A hint", f"<p>{_text(t(task['hint']))}</p>" if "hint" in task else ""),
        ("The formula", f"<p><code>{_text(task['formula'])}</code></p>" if "formula" in task else ""),
    ):
        if inside:
            parts.append(f"<details><summary>{t(name)}</summary>{inside}</details>")
    return "".join(parts)


def _facts(task, verdict):
    """Points, minutes, and how long the check took."""
    facts = [t("{points} points", points=task["points"])] if "points" in task else []
    if "minutes" in task and verdict.status != "passed":
        facts.append(t("about {minutes} minutes", minutes=task["minutes"]))
    seconds = verdict.seconds
    facts.append(
        t("checked in {time}", time=f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s")
    )
    return " · ".join(facts)


def _kind(status):
    return status.replace(" ", "-")


def _text(text):
    """A text as HTML that can be sent: no markup of its own, no characters that can't be shown."""
    shown = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    return html.escape(shown.encode("utf-8", "replace").decode())
