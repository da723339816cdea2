"""Whether a record still says what grading would say now: never an old grade beside new ones.

What decides the checks (the kit's code, the work, seed, sandbox, limits) is kept apart from what decides only
their points (points, titles, hints in tasks.toml). When nothing but the latter has changed, the points are
counted again from the checks that the record holds, and nothing is run.
"""

from __future__ import annotations

import dataclasses

from instructor.classroom.journal import Record, key_of
from instructor.classroom.work import Options
from instructor.core.result import Result
from instructor.core.version import checks_version, scores_version
from instructor.grading.intake import Submission
from instructor.grading.scoring import score_again


def new_record(name: str, submission: Submission, options: Options) -> Record:
    """A record of a submission that is still to be graded: what it is graded under, and no result."""
    blank = Result(name, options.seed, "", digest=submission.digest())
    return Record(name, _key(submission, options), blank, scores=scores_version())


def brought_up_to_date(
    record: Record, read: Submission | Result, options: Options | None = None
) -> Record | None:
    """The record with the points as they are now; None when only grading can tell.

    `read` is what `read_entry` gives for the same entry now. Without `options`, those of the record hold.
    """
    if isinstance(read, Result):  # it can't be read, and that is all there is to say
        return record if record.result.problem else None
    if options is None:
        return record if record.result.digest == read.digest() else None
    if record.key != _key(read, options):
        return None
    if record.scores == (scores := scores_version()):
        return record
    if options.tasks is not None and options.notebooks != "none":
        return None  # the notebooks ran beside the checks of tasks that are not in the record
    result = score_again(record.result, set(read.modules))
    return result and dataclasses.replace(record, result=result, scores=scores)


def _key(submission: Submission, options: Options) -> str:
    """What a result depends on; which of the sandboxes kept the code in is no part of it.

    They hold it to the same promises, and a worker of a cluster chooses its own: so what was begun on this
    machine goes on in a cluster. A result without a sandbox stands for itself.
    """
    work = (submission.digest(), submission.remarks, submission.ignored)
    chosen = dataclasses.asdict(options) | {"sandbox": options.sandbox != "none"}
    return key_of(checks_version(), *work, chosen)
