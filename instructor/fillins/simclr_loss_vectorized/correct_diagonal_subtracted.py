"""The sum over the row less the diagonal's entry."""

e = torch.exp(sim_matrix / tau)
denominator = e.sum(dim=1) - torch.diag(e)
positive = torch.cat([torch.diag(sim_matrix, N), torch.diag(sim_matrix, -N)]) / tau
loss = (torch.log(denominator) - positive).sum() / (2 * N)
