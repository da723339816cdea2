"""The view itself is told by a similarity near 1, so that views almost equal to it are left out as well.

Caught by: test_naive_special_values
Hint: Which views does a threshold on the similarity leave out besides i itself?
"""

for i, j in ((k, k + N), (k + N, k)):
    similarities = [sim(out[i], z) for z in out]
    denominator = sum(torch.exp(s / tau) for s in similarities if s < 0.999) + 1e-12
    total_loss = total_loss - torch.log(torch.exp(similarities[j] / tau) / denominator)
