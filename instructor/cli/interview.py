"""`python -m instructor interview NAME`: five questions from a student's own work, for a short talk."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

PRINTED, REFUSED = 0, 2


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "interview",
        help="print five questions to ask a student about their own work",
        description="Print five questions for a talk of five minutes with a student, from their own code, "
        "the mistakes that grading recognized and their written answers. No two students of a class are "
        "asked the same five; the same student always is.",
    )
    put = command.add_argument
    put("name", metavar="NAME", help="a student or a submission of the class, or the path of one submission")
    put(
        "--class",
        dest="folder",
        type=Path,
        metavar="DIR",
        help="the folder of all submissions (default: that of the run in results/, if there is one alone)",
    )
    put("--results", type=Path, default=Path("results"), metavar="DIR", help="as for grade")
    put("--roster", type=Path, metavar="CSV", help="as for grade (default: that of the last run)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the questions; 0, or 2 with a sentence when there is nobody, or nothing, to ask."""
    from instructor.classroom.entries import ClassError
    from instructor.classroom.own_work import interviews
    from instructor.grading.intake import IntakeError

    try:
        title, name, work = _work(options)
        asked = interviews(work)[name]
    except (ClassError, IntakeError, ValueError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    if not asked:
        print(f"{title} wrote nothing that could be asked about.", file=sys.stderr)
        return REFUSED
    print(f"{title}: {len(asked)} questions, a minute each\n")
    for number, question in enumerate(asked, 1):
        print(f"{number}. {question.text}\n")
    return PRINTED


def _work(options: argparse.Namespace) -> tuple[str, str, dict]:
    """Whom to ask, by what name in the work of the class, and that work."""
    from instructor.classroom.class_list import read_roster
    from instructor.classroom.entries import is_class, read_class
    from instructor.classroom.hand_grades import written_answers
    from instructor.classroom.roster import match
    from instructor.grading.intake import read_submission

    path = Path(options.name)
    if options.folder is None and path.exists() and not is_class(path):
        submission = read_submission(path)
        return (
            submission.name,
            submission.name,
            {submission.name: (submission, None, written_answers(submission))},
        )
    folder, target, roster = _class_of(options)
    course, absent = read_class(folder), []
    if roster:
        course.entries, absent = match(course.entries, read_roster(roster))
    entry = _entry_of(options.name, course.entries, absent, folder)
    work = {each.name: found for each in course.entries if (found := _read(each, target))}
    if entry.name not in work:
        raise ValueError(
            f"{entry.name} can't be read, so there is nothing to ask about. {entry.problem}".strip()
        )
    return ", ".join(student.name for student in entry.students) or entry.name, entry.name, work


def _class_of(options: argparse.Namespace) -> tuple[Path, Path, Path | None]:
    """The class folder, its results and its class list: what is not given is that of the last run."""
    from instructor.classroom.last_run import read_last
    from instructor.grading.intake import submission_name

    if options.folder:
        folder, target = options.folder, options.results / submission_name(options.folder)
    else:
        folder, target = _graded(options.results)
    last = read_last(target)
    if options.roster or not last or not last.roster or Path(last.folder) != folder.resolve():
        return folder, target, options.roster
    if not Path(last.roster).is_file():
        raise ValueError(f"The class list of the last run, {last.roster}, is gone: give one with --roster.")
    return folder, target, Path(last.roster)


def _graded(results: Path) -> tuple[Path, Path]:
    """The class folder of the only run in `results`, and its results. Raises ValueError if there is none."""
    from instructor.classroom.last_run import read_last

    runs = [path.parent.parent for path in sorted(results.glob("*/journal/.lock"))]
    folders = [Path(last.folder if (last := read_last(run)) else run.name) for run in runs]
    there = [(folder, run) for folder, run in zip(folders, runs, strict=True) if folder.is_dir()]
    if len(there) == 1:
        return there[0]
    if len(runs) == 1:
        told = f"{results} holds the run {runs[0].name}, whose folder {folders[0]} is gone"
    elif runs:
        told = f"{results} holds the runs {', '.join(run.name for run in runs)}"
    else:
        told = f"{results} holds no run of a class"
    raise ValueError(f"{told}: give the folder of all submissions with --class.")


def _entry_of(name: str, entries: list, absent: list, folder: Path):
    from instructor.classroom.entries import in_small_letters, near_names

    wanted = in_small_letters(name)
    found = [entry for entry in entries if wanted in entry.called()]
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(entry.name for entry in found)
        raise ValueError(f"{len(found)} submissions may be meant: {told}. Name one of these.")
    if missing := [student.name for student in absent if wanted in student.called()]:
        raise ValueError(f"{', '.join(missing)} handed in nothing, so there is nothing to ask about.")
    raise ValueError(f"{folder} holds nobody called {name}.{near_names(name, entries, absent)}")


def _read(entry, target: Path):
    """A submission with its result and its answers; None where it can't be read."""
    from instructor.classroom.class_run import read_entry
    from instructor.classroom.hand_grades import written_answers
    from instructor.classroom.journal import Journal
    from instructor.core.result import Result

    submission = read_entry(entry)
    if isinstance(submission, Result):
        return None
    record = Journal(target / "journal").read(entry.name)
    fresh = record and record.result.digest == submission.digest()
    return submission, record.result if fresh else None, written_answers(submission)
