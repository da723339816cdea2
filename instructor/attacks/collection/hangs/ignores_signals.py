"""Loops for a minute and takes no notice of being asked to stop.

Form: block
Task: sim
Earns: 0
Alive: stops
Says: did not return
"""

import signal
import time

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGXCPU, signal.SIGALRM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
end = time.monotonic() + 60
while time.monotonic() < end:
    pass
