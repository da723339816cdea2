"""A new train transform is made for every item; the dataset's own is not used.

Caught by: test_pair_views_of_the_image
Hint: self.transform is what the dataset was made with.
"""

transform = compute_train_transform()
x_i = transform(img)
x_j = transform(img)
