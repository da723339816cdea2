"""The public checks of cs231n.checks, one test a task. A task that is not started is skipped."""

import pytest

from cs231n import checks
from cs231n.check_examples import EXAMPLES


@pytest.mark.parametrize("task", EXAMPLES)
def test_public_check(task):
    verdict = checks.check(task)
    if verdict.status == "not started":
        pytest.skip(str(verdict))
    if verdict.status == "wrong":
        pytest.fail(str(verdict), pytrace=False)
