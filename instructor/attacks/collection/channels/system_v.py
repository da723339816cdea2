"""Leaves a queue, semaphores and memory of System V for the next check, which a process does not take along.

Form: jail
Alive: leaves
"""

import ctypes

LIBC, KEY, MADE = ctypes.CDLL(None, use_errno=True), 0x5EC0DE, 0o1666


def attack():
    made = [LIBC.msgget(KEY, MADE), LIBC.semget(KEY, 1, MADE), LIBC.shmget(KEY, 4096, MADE)]
    return any(each >= 0 for each in made)


def found():
    return any(each >= 0 for each in (LIBC.msgget(KEY, 0), LIBC.semget(KEY, 0, 0), LIBC.shmget(KEY, 0, 0)))
