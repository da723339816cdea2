"""Crashes the process in native code, past every except clause.

Form: block
Task: sim
Earns: 0
Alive: harms
Says: crashed
"""

import ctypes

ctypes.string_at(0)
