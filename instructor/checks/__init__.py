"""The hidden checks: pytest tests on the trusted side that ask a student's code and judge its answers.

`test_<part>.py` hold the checks, `marking` says what a check is and lists them, `judging` compares and words
what is wrong, `drawing` draws inputs, `statistics` holds the tests for what is random.
"""
