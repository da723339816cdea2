"""Only the first view is made.

Caught by: test_pair_views_are_two_draws
Hint: Both x_i and x_j are views of the image.
"""

x_i = self.transform(img)
