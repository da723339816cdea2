"""The target is the next image's class.

Caught by: test_pair_target
Hint: The target is the class of the image; it is read above the block.
"""

x_i = self.transform(img)
x_j = self.transform(img)
target = self.targets[(index + 1) % len(self.targets)]
