"""What Gradescope is told beyond the plain results: when checks are seen, how many tries count, pictures.

`Settings` lie in the bundle as JSON. What a student did before stands in `submission_metadata.json`, which
Gradescope writes beside each submission.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from instructor.core.result import Picture, Result
from instructor.core.tasks import Task
from instructor.grading.report.for_machines import gradescope_json

WHEN = ("visible", "hidden", "after_due_date", "after_published")
TRIES = re.compile(r"(?P<number>[1-9]\d{0,3})(?P<daily>/day)?")
RECEIVED = "It was received and graded. The results are shown later, as your instructor has set it."


@dataclass(frozen=True)
class Settings:
    """How a bundle grades, as for `grade`, and what students see.

    `tasks` are those that are graded, none for all; `visibility` is one of WHEN for all checks, `apart` for a
    task or an aspect of one, `tries` how many count ("5", "5/day", "" for all), `pictures` whether results
    hold those of the feedback.
    """

    sandbox: str = "auto"
    notebooks: str = "quick"
    tasks: tuple[str, ...] = ()
    visibility: str = "visible"
    apart: Mapping[str, str] = field(default_factory=dict)
    tries: str = ""
    pictures: bool = True

    def to_json(self) -> str:
        return json.dumps(vars(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Raises ValueError or TypeError for other text than `to_json` gives."""
        data = json.loads(text)
        return cls(**data | {"tasks": tuple(data["tasks"])})


def read_visibility(words: Iterable[str], tasks: Iterable[Task]) -> tuple[str, dict[str, str]]:
    """What `--visibility` was given: for all checks, and by task or `task.aspect`.

    Raises ValueError with a sentence for a word or a name that there is not.
    """
    general, apart = "visible", {}
    known = {task.id: [f"{task.id}.{aspect}" for aspect in task.aspects] for task in tasks}
    names = {*known, *(name for aspects in known.values() for name in aspects)}
    for word in words:
        name, given, when = word.rpartition("=")
        if when not in WHEN:
            raise ValueError(f"--visibility {word}: {when!r} is none of {', '.join(WHEN)}.")
        if given and name not in names:
            raise ValueError(f"--visibility {word}: there is no task or task.aspect {name!r}.")
        if given:
            apart[name] = when
        else:
            general = when
    return general, apart


def gradescope_results(result: Result, settings: Settings) -> dict:
    """results.json as these settings want it."""
    content = json.loads(gradescope_json(result))
    aspects = [(task.id, f"{task.id}.{aspect}") for task in result.tasks for aspect in task.aspects]
    for test, (task, aspect) in zip(content["tests"], aspects, strict=True):
        test["visibility"] = settings.apart.get(aspect, settings.apart.get(task, settings.visibility))
    if any(test["visibility"] != "visible" for test in content["tests"]) and not result.problem:
        content["output"] = RECEIVED  # the points of all would tell those of the hidden ones
    if settings.pictures:
        _add_pictures(content["tests"], result.pictures)
    return content


def _add_pictures(tests: list[dict], pictures: Iterable[Picture]) -> None:
    """Put a task's pictures below the text of its first check, as HTML."""
    by_task: dict[str, list[Picture]] = {}
    for picture in pictures:
        by_task.setdefault(picture.task, []).append(picture)
    for test in tests:
        if found := by_task.pop(test["tags"][0], None):
            text = "".join(f"<p>{html.escape(line)}</p>" for line in test["output"].splitlines())
            test["output"] = text + "".join(map(_figure, found))
            test["output_format"] = "html"


def _figure(picture: Picture) -> str:
    alt, caption = html.escape(picture.alt), html.escape(picture.caption)
    source = f"data:image/jpeg;base64,{picture.jpeg}"
    style = "display:inline-block;margin:4px;text-align:center"
    return (
        f'<figure style="{style}"><img src="{source}" alt="{alt}"><figcaption>{caption}</figcaption></figure>'
    )


def spent(settings: Settings, metadata: Mapping) -> dict | None:
    """The results of the last try that counts, when this one comes after all of them; else None.

    A submission that could not be graded, through no fault of the student, is no try.
    """
    allowed = TRIES.fullmatch(settings.tries)
    if not allowed:
        return None
    now = _time(metadata.get("created_at"))
    counted = []
    for earlier in metadata.get("previous_submissions") or []:
        results = earlier.get("results") or {}
        known = results.get("extra_data") or {}
        if earlier.get("autograder_error") or not known.get("graded", False) or known.get("try_spent"):
            continue
        when = _time(earlier.get("submission_time"))
        if allowed["daily"] and now and when and now - when >= timedelta(days=1):
            continue
        counted.append(results)
    if len(counted) < int(allowed["number"]):
        return None
    return _again(counted[-1], settings.tries)


def _again(results: dict, tries: str) -> dict:
    """The results of an earlier submission, which stay those of this one."""
    number, _, day = tries.partition("/")
    within = " in 24 hours" if day else ""
    told = (
        f"Not graded: {number} tries count{within}, and these were made. Your points stay those of the last."
    )
    known = results.get("extra_data") or {}
    return results | {
        "output": f"{told}\n{results.get('output', '')}".strip(),
        "extra_data": known | {"try_spent": True},
        "execution_time": 0,
    }


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
