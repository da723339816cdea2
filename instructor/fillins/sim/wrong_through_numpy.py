"""The value leaves torch's graph, through NumPy or as a Python number, and no gradient flows.

Caught by: test_sim_gradient
Hint: Stay with torch tensors: NumPy, item() and float() do not record the graph.
"""

a, b = z_i.detach().numpy(), z_j.detach().numpy()
norm_dot_product = torch.tensor(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))
