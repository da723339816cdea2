"""The denominator runs over the views of the other side only, as in CLIP.

Caught by: test_naive_value
Hint: All 2N views but i itself stand in the denominator, those of its own side too.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
left = sum(torch.exp(sim(z_k, out[N + j]) / tau) for j in range(N))
right = sum(torch.exp(sim(z_k_N, out[j]) / tau) for j in range(N))
total_loss = total_loss - torch.log(numerator / left) - torch.log(numerator / right)
