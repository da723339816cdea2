"""Two denominators in one inner loop; the logarithm of each quotient."""

denominator_left = 0
denominator_right = 0
for j in range(2 * N):
    if j != k:
        denominator_left = denominator_left + torch.exp(sim(z_k, out[j]) / tau)
    if j != k + N:
        denominator_right = denominator_right + torch.exp(sim(z_k_N, out[j]) / tau)
numerator = torch.exp(sim(z_k, z_k_N) / tau)
l_left = -torch.log(numerator / denominator_left)
l_right = -torch.log(numerator / denominator_right)
total_loss += l_left + l_right
