"""A mask without the view itself, and cosine_similarity over all rows."""

for i, j in ((k, k + N), (k + N, k)):
    keep = torch.ones(2 * N, dtype=torch.bool, device=out.device)
    keep[i] = False
    exponentials = torch.exp(F.cosine_similarity(out[i].unsqueeze(0), out, dim=1) / tau)
    total_loss -= torch.log(exponentials[j] / exponentials[keep].sum())
