"""Stops the clock, so that no time limit is ever reached, and waits.

Form: block
Task: sim
Earns: 0
Alive: stops
Says: did not return
"""

import time

real = time.monotonic
end = real() + 60
time.monotonic = time.time = time.perf_counter = lambda: 0.0
while real() < end:
    pass
