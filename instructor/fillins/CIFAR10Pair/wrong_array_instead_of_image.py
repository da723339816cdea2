"""The transform gets the array of pixels instead of the image.

Caught by: test_pair_views_of_the_image
Hint: img is the PIL image that the transform expects.
"""

x_i = self.transform(self.data[index])
x_j = self.transform(self.data[index])
