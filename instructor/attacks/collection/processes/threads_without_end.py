"""Starts five hundred threads that the process has to wait for.

Form: block
Task: sim
Earns: 0
Alive: stops
Says: can't start new thread
"""

import threading
import time

for _ in range(500):
    threading.Thread(target=time.sleep, args=(60,)).start()
