"""Both views are stacked into each of the two.

Caught by: test_pair_views_of_the_image
Hint: x_i is one view, x_j the other, each (3, 32, 32).
"""

x_i = torch.stack([self.transform(img), self.transform(img)])
x_j = x_i
