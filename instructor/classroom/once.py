"""`python -m instructor.classroom.once`: grade the submission on standard input, for a cluster."""

from __future__ import annotations

import os
import signal
import sys

from instructor.sandbox.inside.process import PR_SET_PDEATHSIG, prctl


def main() -> None:
    """Read what `pack` made, write what `grade_packed` gives; nothing else reaches standard output."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing goes on when the worker is gone
    answer = os.dup(1)
    os.dup2(2, 1)
    from instructor.classroom.work import grade_packed, warm_up

    warm_up()
    with os.fdopen(answer, "wb") as file:
        file.write(grade_packed(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
