"""The sum over all views, less the exponential of 1 / tau: a view's similarity with itself is 1."""

for i, j in ((k, k + N), (k + N, k)):
    total = sum(torch.exp(sim(out[i], z) / tau) for z in out) - np.exp(1 / tau)
    total_loss = total_loss - torch.log(torch.exp(sim(out[i], out[j]) / tau) / total)
