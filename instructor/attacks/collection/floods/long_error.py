"""Raises an error with a message of thirty megabytes.

Form: block
Task: sim
Earns: 0
Alive: exhausts
Says: score: 100
"""

raise ValueError("score: 100 " * 3_000_000)
