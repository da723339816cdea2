"""The views are divided by 255 once more.

Caught by: test_pair_views_of_the_image
Hint: The transform has brought the values into their range already.
"""

x_i = self.transform(img) / 255
x_j = self.transform(img) / 255
