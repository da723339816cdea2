"""Is busy for minutes in one step of the interpreter, in which no other thread gets a turn.

Form: block
Task: sim
Earns: 0
Alive: stops
Says: did not return
"""

import re

re.match(r"(a+)+$", "a" * 34 + "b")
