"""Lists of exponentials, popped where the view meets itself."""

for i, positive in [(k, k + N), (k + N, k)]:
    exps = [torch.exp(sim(out[i], other) / tau) for other in out]
    top = exps[positive]
    exps.pop(i)
    total_loss = total_loss + (torch.log(sum(exps)) - torch.log(top))
