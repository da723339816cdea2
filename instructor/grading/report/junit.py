"""junit.xml: one test case for each hidden check and each check cell, as the trusted side saw it."""

from __future__ import annotations

from xml.etree import ElementTree

from instructor.core.result import Result
from instructor.core.text import clean
from instructor.grading.report.words import conditions


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
        ElementTree.SubElement(case, "error", message=clean(result.problem))
    for check in checks:
        case = ElementTree.SubElement(
            suite, "testcase", classname=check.task, name=check.name, time=f"{check.seconds:.3f}"
        )
        if not check.passed:
            kind = "error" if check.outcome == "not run" else "failure"
            ElementTree.SubElement(case, kind, message=clean(check.message)).text = check.label
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'
