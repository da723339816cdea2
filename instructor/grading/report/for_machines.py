"""results.json in Gradescope's schema, and junit.xml: a result as other programs read it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from instructor.core.result import Diagnosis, Result, TaskResult
from instructor.core.tasks import feedback_level
from instructor.core.text import sanitize
from instructor.core.whole_grade import ADJUSTED, LATE, Grade
from instructor.grading.report.words import aspect_words, conditions, extra, failures, number, sentence

NAMES = {ADJUSTED: "Adjusted", LATE: "Late"}


def gradescope_json(result: Result, grade: Grade | None = None) -> str:
    """The result for Gradescope; what this kit knows beyond that is under `extra_data`.

    `grade` is what the student gets for it, where that is more or less than what the checks say.
    """
    grade = grade or Grade(result)
    said = [result.problem, *grade.whys(), *result.remarks] if result.problem else _summary(grade)
    more = {} if grade.is_plain else {"grade": _grade(grade)}
    content = {
        "score": result.total if grade.total is None else grade.total,
        "output": "\n".join(said),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "execution_time": round(result.seconds),
        "tests": [
            *(t for place, task in enumerate(result.tasks, 1) for t in _tests(place, task)),
            *_more(grade),
        ],
        "extra_data": {
            "submission": result.name,
            "digest": result.digest,
            "graded": not result.problem,
            "max_score": result.points,
            "seed": result.seed,
            "sandbox": result.sandbox,
            "tasks": [_known(task) for task in result.tasks],
            "ignored": result.ignored,
            **more,
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _grade(grade: Grade) -> dict:
    """What the points are made of beside the checks."""
    return {
        "total": grade.total,
        "max_score": grade.points,
        "written": [
            {"question": mark.title, "score": mark.points, "max_score": mark.most, "comment": mark.comment}
            for mark in grade.marks
        ],
        "changes": [
            {"kind": change.kind, "of": change.of, "points": change.points, "why": change.why}
            for change in grade.changes
        ],
        "notes": list(grade.notes),
    }


def _more(grade: Grade) -> list[dict]:
    """A line for each marked answer and each change, so that all lines add up to the score."""
    marks = [
        {
            "name": f"Written answer: {mark.title}",
            "score": mark.points,
            **({} if mark.most is None else {"max_score": mark.most}),
            "output": " ".join(filter(None, [mark.comment, sentence(f"{mark.note}.") if mark.note else ""])),
        }
        for mark in grade.marks
        if mark.points is not None
    ]
    changes = [
        {"name": NAMES[change.kind], "score": change.points, "output": change.why} for change in grade.changes
    ]
    same = {"output_format": "text", "visibility": "visible"}
    return [{**line, **same} for line in [*marks, *changes]]


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


def _summary(grade: Grade) -> list[str]:
    result = grade.result
    told = f"{number(result.score)} of {result.points} points{extra(result)}."
    if grade.changes or grade.share or grade.written:
        told = f"{number(grade.total)} of {grade.points} points. The checks: {told}"
    left = f"{grade.unmarked} written answers are not marked yet." if grade.share and grade.unmarked else ""
    return [
        told,
        *filter(None, [left]),
        *grade.whys(),
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


def junit_xml(result: Result, grade: Grade | None = None) -> str:
    """The result as JUnit XML; a submission that could not be graded is one error.

    `grade` is what the student gets for it, where that is more or less than what the checks say.
    """
    suites = ElementTree.Element("testsuites", name="cs231n")
    checks = [check for task in result.tasks for check in task.checks]
    failed = sum(check.outcome == "failed" for check in checks)
    errors = sum(check.outcome == "not run" for check in checks) + bool(result.problem)
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name=result.name,
        tests=str(len(checks) + bool(result.problem)),
        failures=str(failed),
        errors=str(errors),
        time=f"{result.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    facts = {"score": result.score, "max_score": result.points, "conditions": conditions(result)}
    if grade and (grade.changes or grade.written is not None):
        facts |= {
            "grade": "none" if grade.total is None else grade.total,
            "why": sanitize(" ".join(grade.whys())),
        }
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", name=name, value=str(value))
    if result.problem:
        case = ElementTree.SubElement(suite, "testcase", classname="submission", name="can be graded")
        ElementTree.SubElement(case, "error", message=sanitize(result.problem))
    for check in checks:
        case = ElementTree.SubElement(
            suite, "testcase", classname=check.task, name=check.name, time=f"{check.seconds:.3f}"
        )
        if not check.passed:
            kind = "error" if check.outcome == "not run" else "failure"
            ElementTree.SubElement(case, kind, message=sanitize(check.message)).text = check.label
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'
