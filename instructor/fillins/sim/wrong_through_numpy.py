"""The value is computed in NumPy, where no gradient flows.

Caught by: test_sim_gradient
Hint: Stay with torch tensors: NumPy does not record the graph.
"""

a, b = z_i.detach().numpy(), z_j.detach().numpy()
norm_dot_product = torch.tensor(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))
