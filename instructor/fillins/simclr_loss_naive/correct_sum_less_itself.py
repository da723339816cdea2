"""The sum over all views, less the view itself."""

total_left = sum(torch.exp(sim(z_k, z) / tau) for z in out) - torch.exp(sim(z_k, z_k) / tau)
total_right = sum(torch.exp(sim(z_k_N, z) / tau) for z in out) - torch.exp(sim(z_k_N, z_k_N) / tau)
positive = sim(z_k, z_k_N) / tau
total_loss = total_loss + torch.log(total_left) + torch.log(total_right) - 2 * positive
