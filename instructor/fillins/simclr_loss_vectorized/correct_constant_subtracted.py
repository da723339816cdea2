"""The sum over the row less the exponential of 1 / tau: a view's similarity with itself is 1."""

denominator = torch.exp(sim_matrix / tau).sum(dim=1, keepdim=True) - np.exp(1 / tau)
numerator = torch.exp(sim_positive_pairs(out_left, out_right) / tau)
loss = -torch.log(torch.cat([numerator, numerator]) / denominator).mean()
