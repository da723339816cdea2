"""Each term as the cross-entropy of finding the positive among the others."""

for i, j in ((k, k + N), (k + N, k)):
    others = [m for m in range(2 * N) if m != i]
    logits = torch.stack([sim(out[i], out[m]).view(()) for m in others])[None] / tau
    total_loss = total_loss + F.cross_entropy(logits, torch.tensor([others.index(j)], device=out.device))
