"""The second view is made of the first one.

Caught by: test_pair_views_of_the_image
Hint: Both views come from the image itself.
"""

x_i = self.transform(img)
x_j = self.transform(transforms.ToPILImage()(x_i.float()))
