"""What a process does that grades: it imports all that submissions need, before there is any thread.

Local workers are forked from a process that has imported this module. A cluster's worker runs it as a
program, `python -m instructor.classroom.grader_process`, for the submission on standard input.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Read what `pack` made; write a line, what the kit is here, and what `grade_packed` gives."""
    from instructor.sandbox.inside.process import PR_SET_PDEATHSIG, prctl

    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing goes on when the worker is gone
    answer = os.dup(1)
    os.dup2(2, 1)
    from instructor.classroom.work import grade_packed, warm_up
    from instructor.core.version import kit_version

    warm_up()
    graded = grade_packed(sys.stdin.buffer.read())
    with os.fdopen(answer, "wb") as file:
        file.write(kit_version().encode() + b"\n" + graded)


if __name__ == "__main__":
    main()
else:
    from instructor.classroom.work import warm_up

    warm_up()
