"""results.json in Gradescope's schema: one test for each aspect of each task."""

from __future__ import annotations

import json

from instructor.core.result import Diagnosis, Result, TaskResult
from instructor.core.tasks import feedback_level
from instructor.grading.report.words import aspect_words, conditions, extra, failures, number


def gradescope_json(result: Result) -> str:
    """The result for Gradescope; what this kit knows beyond that is under `extra_data`."""
    content = {
        "score": result.total,
        "output": "\n".join([result.problem, *result.remarks] if result.problem else _summary(result)),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "execution_time": round(result.seconds),
        "tests": [test for place, task in enumerate(result.tasks, 1) for test in _tests(place, task)],
        "extra_data": {
            "submission": result.name,
            "digest": result.digest,
            "graded": not result.problem,
            "max_score": result.points,
            "seed": result.seed,
            "sandbox": result.sandbox,
            "tasks": [_known(task) for task in result.tasks],
            "ignored": result.ignored,
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _known(task: TaskResult) -> dict:
    """A task for other programs; no more of its mistakes than the student is told."""
    told = feedback_level()
    diagnoses = {diagnosis: None for check in task.checks for diagnosis in check.diagnosis}
    return {
        "id": task.id,
        "status": task.status,
        "score": task.earned,
        "max_score": task.points,
        "aspects": {aspect: [earned, points] for aspect, (earned, points) in task.aspects.items()},
        "diagnoses": [_diagnosis(diagnosis, told) for diagnosis in diagnoses if told != "none"],
    }


def _diagnosis(diagnosis: Diagnosis, told: str) -> dict[str, str]:
    more = told == "formula"
    return {
        "fillin": diagnosis.fillin,
        "misconception": diagnosis.misconception,
        "hint": diagnosis.hint if more else "",
        "formula": diagnosis.formula if more else "",
    }


def _summary(result: Result) -> list[str]:
    return [
        f"{number(result.score)} of {result.points} points{extra(result)}.",
        conditions(result),
        *result.remarks,
    ]


def _tests(place: int, task: TaskResult) -> list[dict]:
    return [
        {
            "number": f"{place}.{part}",
            "name": f"{task.title}: {aspect_words(aspect)}",
            "score": earned,
            "max_score": points,
            "status": "passed" if earned == points else "failed",
            "output": "\n".join([*failures(task, aspect), task.remark]).strip() if earned < points else "",
            "output_format": "text",
            "tags": [task.id, task.status],
            "visibility": "visible",
        }
        for part, (aspect, (earned, points)) in enumerate(task.aspects.items(), 1)
    ]
