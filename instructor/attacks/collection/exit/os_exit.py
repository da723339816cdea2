"""Ends its process with status 0 before anything was compared.

Form: block
Task: sim
Earns: 0
Alive: gains
Says: exit status 0
"""

import os

os._exit(0)
