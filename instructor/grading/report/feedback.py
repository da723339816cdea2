"""feedback.html: what a student reads. One file, no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from instructor.core.result import Result
from instructor.diagnosis.wording import explanations
from instructor.grading.report.next_steps import next_steps
from instructor.grading.report.words import aspect_words, conditions, extra, number, sentence

FOLDER = Path(__file__).parent
SHOWN = 12  # names of ignored files that are listed


def feedback_html(result: Result, whose: str = "") -> str:
    """The page for one result, with the names of its students where they are known; all of it is escaped."""
    return _template().render(
        result=result,
        whose=whose or result.name,
        conditions=conditions(result),
        steps=next_steps(result),
        shown=SHOWN,
    )


def _slug(status: str) -> str:
    return status.replace(" ", "-")


def environment(folder: Path) -> Environment:
    """What renders a page whose template is in `folder`: everything is escaped, the style is shared."""
    found = Environment(
        loader=FileSystemLoader([folder, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"number": number, "words": aspect_words, "slug": _slug, "sentence": sentence}
    found.filters |= {"explained": explanations, "extra": extra}
    return found


@cache
def _template() -> Template:
    return environment(FOLDER).get_template("feedback.html.j2")
