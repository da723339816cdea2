"""The two draws are averaged into each view.

Caught by: test_pair_views_of_the_image
Hint: Each view is one draw of the transform.
"""

a, b = self.transform(img), self.transform(img)
x_i = (a + b) / 2
x_j = (a + b) / 2
