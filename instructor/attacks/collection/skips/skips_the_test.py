"""Raises pytest's own signal for a test that is skipped.

Form: block
Task: sim
Earns: 0
Alive: gains
Says: Skipped
"""

import pytest

pytest.skip("not on this machine")
