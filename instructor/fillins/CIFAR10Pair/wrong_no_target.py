"""The target is dropped.

Caught by: test_pair_target
Hint: The target is read above the block and returned below it; leave it as it is.
"""

x_i = self.transform(img)
x_j = self.transform(img)
target = None
