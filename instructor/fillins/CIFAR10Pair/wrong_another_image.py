"""The second view shows the next image.

Caught by: test_pair_views_of_the_image
Hint: A positive pair is two views of one image.
"""

x_i = self.transform(img)
x_j = self.transform(Image.fromarray(self.data[(index + 1) % len(self.data)]))
