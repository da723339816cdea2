"""Exponentials, a mask for the diagonal, sums over the rows."""

exponential = torch.exp(sim_matrix / tau)
mask = (torch.ones_like(exponential) - torch.eye(2 * N, device=device)).to(device).bool()
exponential = exponential.masked_select(mask).view(2 * N, -1)
denominator = torch.sum(exponential, dim=1, keepdim=True)
numerator = torch.exp(sim_positive_pairs(out_left, out_right) / tau)
numerator = torch.cat([numerator, numerator], dim=0)
loss = torch.mean(-torch.log(numerator / denominator))
