"""Asks pytest to end the whole session with success.

Form: block
Task: sim
Earns: 0
Alive: gains
Says: Exit
"""

import pytest

pytest.exit("all good", returncode=0)
