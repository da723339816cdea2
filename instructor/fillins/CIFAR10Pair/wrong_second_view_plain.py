"""The second view is the image without augmentation.

Caught by: test_pair_views_of_the_image
Hint: Both views are augmented.
"""

x_i = self.transform(img)
x_j = transforms.ToTensor()(img)
