"""The grader, measured: answers whose verdict is known, run as submissions are.

`trials` runs fill-ins through the hidden checks, `judge` says what their verdicts mean, `mutants` makes small
changes of the reference that the checks must notice, `measure` counts how often the right mistake is named.
"""
