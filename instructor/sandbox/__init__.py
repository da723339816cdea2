"""Where a student's code runs: a jail without the answers, and the wire that reaches into it."""
