"""Raises pytest's own signal for a test that is expected to fail.

Form: block
Task: sim
Earns: 0
Alive: gains
Says: XFailed
"""

import pytest

pytest.xfail("known")
