"""The view itself is told by its place, written as an if in the sum; ties and copies change nothing."""

for i, positive in ((k, z_k_N), (k + N, z_k)):
    own = out[i]
    terms = [torch.exp(sim(own, other) / tau) if n != i else 0 for n, other in enumerate(out)]
    total_loss += torch.log(sum(terms)) - sim(own, positive) / tau
