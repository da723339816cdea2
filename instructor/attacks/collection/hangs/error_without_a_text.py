"""Raises an error whose text takes for ever to be made.

Form: block
Task: sim
Earns: 0
Alive: stops
Says: did not return
"""

import time


class Slow(Exception):
    def __str__(self):
        time.sleep(60)
        return ""

    __repr__ = __str__


raise Slow
