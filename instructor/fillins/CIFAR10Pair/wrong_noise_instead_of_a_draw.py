"""The second view is the first one with noise added.

Caught by: test_pair_views_of_the_image
Hint: The second view is a draw of its own: call the transform again.
"""

x_i = self.transform(img)
x_j = x_i + 0.1 * torch.randn_like(x_i)
