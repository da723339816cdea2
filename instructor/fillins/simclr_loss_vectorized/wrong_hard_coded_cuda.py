"""New tensors are made on CUDA, whatever device is asked for.

Caught by: test_vectorized_value
Hint: Make new tensors on `device`.
Symptom: CUDA|NVIDIA|cuda
"""

itself = torch.eye(2 * N, dtype=torch.bool, device="cuda")
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - torch.cat([positive, positive])).mean()
