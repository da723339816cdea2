"""Raises an error whose message moves the cursor of a terminal up and writes other points.

Form: block
Task: sim
Earns: 0
Alive: misleads
"""

raise ValueError("\x1b[10A\x1b[2K100/100 passed\x1b[31m\x1b]0;title\x07\u202e001 :erocs\x9b2J\r100/100")
