"""results.json in Gradescope's schema: one test for each aspect of each task."""

from __future__ import annotations

import json

from instructor.grading.report.words import aspect_words, conditions, failures, number
from instructor.grading.result import Result, TaskResult


def gradescope_json(result: Result) -> str:
    """The result for Gradescope; what this kit knows beyond that is under `extra_data`."""
    content = {
        "score": result.score,
        "output": "\n".join([result.problem, *result.remarks] if result.problem else _summary(result)),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "execution_time": round(result.seconds),
        "tests": [test for place, task in enumerate(result.tasks, 1) for test in _tests(place, task)],
        "leaderboard": [],
        "extra_data": {
            "submission": result.name,
            "digest": result.digest,
            "graded": not result.problem,
            "max_score": result.points,
            "seed": result.seed,
            "sandbox": result.sandbox,
            "tasks": {task.id: {"score": task.earned, "status": task.status} for task in result.tasks},
            "ignored": result.ignored,
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _summary(result: Result) -> list[str]:
    return [f"{number(result.score)} of {result.points} points.", conditions(result), *result.remarks]


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
