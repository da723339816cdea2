"""One draw serves for both views.

Caught by: test_pair_views_are_two_draws
Hint: The transform is random: call it once for each view.
"""

x_i = self.transform(img)
x_j = x_i
