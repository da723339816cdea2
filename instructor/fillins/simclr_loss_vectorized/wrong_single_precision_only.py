"""The sum over the rows is a product with a float32 vector.

Caught by: test_vectorized_value
Hint: Make new tensors with the dtype of the input.
"""

exponential = torch.exp(sim_matrix / tau) * (1 - torch.eye(2 * N, device=device))
exponential = exponential.to(sim_matrix.dtype)
denominator = exponential @ torch.ones(2 * N, device=device)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (denominator.log() - torch.cat([positive, positive])).mean()
