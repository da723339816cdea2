"""Returns a column of the right shape that depends on the inputs in some way.

Form: block
Task: sim_positive_pairs
Earns: 0
Alive: gains
"""

pos_pairs = out_left[:, :1] + out_right[:, :1]
