"""The view itself is told by its values, so that views equal to it are left out as well.

Caught by: test_naive_special_values
Hint: Two images may have the same projection. What tells view i from view k, whatever they hold?
"""

for i, j in ((k, k + N), (k + N, k)):
    others = [z for z in out if not torch.equal(z, out[i])]
    if not others:
        continue
    denominator = sum(torch.exp(sim(out[i], z) / tau) for z in others)
    total_loss = total_loss - torch.log(torch.exp(sim(out[i], out[j]) / tau) / denominator)
