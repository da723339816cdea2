"""Sets a limit and the priority of the process above it, of which the next check is forked.

Form: jail
Alive: leaves
"""

import os
import resource


def attack():
    os.setpriority(os.PRIO_PROCESS, os.getppid(), 13)
    resource.prlimit(os.getppid(), resource.RLIMIT_SIGPENDING, (4_711, 4_711))


def found():
    limit = resource.getrlimit(resource.RLIMIT_SIGPENDING)[0]
    return os.getpriority(os.PRIO_PROCESS, 0) == 13 or limit == 4_711
