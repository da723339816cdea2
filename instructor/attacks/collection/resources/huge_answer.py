"""Answers with a tensor of more than a gigabyte.

Form: block
Task: sim
Earns: 0
Alive: exhausts
Says: too large
"""

norm_dot_product = torch.ones(1_100_000_000, dtype=torch.uint8)
