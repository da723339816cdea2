"""Both views show the first image of the dataset.

Caught by: test_pair_views_of_the_image
Hint: img is the image at the index asked for.
"""

img = Image.fromarray(self.data[0])
x_i = self.transform(img)
x_j = self.transform(img)
