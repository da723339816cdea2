"""Has children work that the kernel forgets when they end, because their parent ignores that they did.

Form: jail
Alive: exhausts
Says: of processor time in all
"""

import os
import resource
import signal
import time


def attack():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(90):
        if not os.fork():
            end = time.process_time() + 0.2
            while time.process_time() < end:
                pass
            os._exit(0)
        try:
            os.wait()
        except ChildProcessError:
            continue
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + children.ru_utime < 5
