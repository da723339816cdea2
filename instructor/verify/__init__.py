"""The grader, measured: answers whose verdict is known, run as submissions are.

`trials` puts fill-ins in the place of a submission, `workers` has the processes for it, `whole_way` goes from
packing to the report, `judge` says what the verdicts mean. `mutants` makes small changes of the reference
that the checks must notice, `graphs` tells which of them would change nothing. `measure` counts how often the
right mistake is named.
"""
