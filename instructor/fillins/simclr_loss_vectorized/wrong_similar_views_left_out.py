"""Every similarity near 1 is taken for the diagonal, so that almost equal views are left out as well.

Caught by: test_vectorized_special_values
Hint: Which views does a threshold on the similarity leave out besides the view itself?
"""

log_denominator = (sim_matrix / tau).masked_fill(sim_matrix > 0.999, -1e9).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - torch.cat([positive, positive])).mean()
