"""results.json in Gradescope's schema, and junit.xml: a result as other programs read it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from instructor.core.result import Diagnosis, Result, TaskResult
from instructor.core.tasks import feedback_level
from instructor.core.text import sanitize
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


def junit_xml(result: Result) -> str:
    """The result as JUnit XML; a submission that could not be graded is one error."""
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
