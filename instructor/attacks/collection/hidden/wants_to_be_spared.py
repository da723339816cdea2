"""Takes itself out of the first place for the case that the machine runs out of memory.

Form: jail
Alive: harms
"""

SCORE = "/proc/self/oom_score_adj"


def attack():
    with open(SCORE, "w") as file:
        file.write("0")
    with open(SCORE) as file:
        return file.read() == "0\n"
