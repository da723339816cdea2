"""The generators are set to the index first, so that an image always gets the same two views.

Caught by: test_pair_views_are_two_draws
Hint: Every epoch needs new views; leave the seeds alone.
"""

torch.manual_seed(index)
random.seed(index)
x_i = self.transform(img)
x_j = self.transform(img)
