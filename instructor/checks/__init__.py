"""The hidden checks: pytest tests on the trusted side that ask a student's code and judge its answers.

`test_<part>.py` hold the checks, `marking` says what a check is and lists them, `run` is the only way to run
them, `recording` keeps what they asked and were answered; `judging` compares and words what is wrong,
`reference` has the right answers, `drawing` draws inputs, `views` and `distributions` read what is random.
"""
