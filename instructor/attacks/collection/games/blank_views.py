"""Returns two empty views and lets the given code add the target.

Form: block
Task: CIFAR10Pair
Earns: 0
Alive: gains
"""

x_i = torch.zeros(3, 32, 32)
x_j = torch.ones(3, 32, 32)
