"""The generators are set back between the views, so that both draws are the same.

Caught by: test_pair_views_are_two_draws
Hint: Two views need two draws; leave the seeds alone.
"""

torch.manual_seed(index)
random.seed(index)
x_i = self.transform(img)
torch.manual_seed(index)
random.seed(index)
x_j = self.transform(img)
