"""What a process does that grades: it imports all that submissions need, before there is any thread.

Local workers are forked from a process that has imported this module. A cluster's worker runs it as a
program, `python -m instructor.classroom.grader_process`, for the submission on standard input.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Read what `pack` made, write what `grade_packed` gives; nothing else reaches standard output."""
    from instructor.sandbox.inside.process import PR_SET_PDEATHSIG, prctl

    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing goes on when the worker is gone
    answer = os.dup(1)
    os.dup2(2, 1)
    from instructor.classroom.work import grade_packed, warm_up

    warm_up()
    with os.fdopen(answer, "wb") as file:
        file.write(grade_packed(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
else:
    from instructor.classroom.work import warm_up

    warm_up()
