"""Sleeps for a minute beside a crowd that wakes at one moment, as if there were no core for it.

Form: block
Task: sim
Earns: 0
Alive: stops
Says: did not return
"""

import os
import time

CROWD, EACH, MOMENT = 40, 0.1, 0.00003  # processes; seconds from one moment to the next, and of one
begin = time.time() + 0.3
end = begin + 60
for _ in range(CROWD):
    if not os.fork():
        while (now := time.time()) < end:
            time.sleep(EACH - (now - begin) % EACH)
            busy = time.perf_counter() + MOMENT
            while time.perf_counter() < busy:
                pass
        os._exit(0)
time.sleep(60)
