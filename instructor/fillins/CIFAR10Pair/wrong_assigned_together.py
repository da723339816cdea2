"""Both names are bound to one draw.

Caught by: test_pair_views_are_two_draws
Hint: Call the transform once for each view.
Same as: wrong_same_view_twice (the same, as others write it)
"""

x_i = x_j = self.transform(img)
