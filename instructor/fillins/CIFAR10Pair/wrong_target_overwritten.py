"""The target becomes the index of the item.

Caught by: test_pair_target
Hint: The target is the class of the image; it is read above the block.
"""

x_i = self.transform(img)
x_j = self.transform(img)
target = index
