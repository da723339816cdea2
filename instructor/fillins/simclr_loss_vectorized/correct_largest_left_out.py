"""Each row sorted, its largest entry left out: a view's similarity with itself, or one as large."""

others = torch.sort(sim_matrix, dim=1).values[:, :-1]
denominator = torch.exp(others / tau).sum(dim=1)
positive = sim_positive_pairs(out_left, out_right).squeeze(1).repeat(2)
loss = torch.mean(torch.log(denominator) - positive / tau)
