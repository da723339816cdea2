"""The value is turned into a Python number, where no gradient flows.

Caught by: test_sim_gradient
Hint: item() leaves the graph; return the tensor.
Same as: wrong_through_numpy (a number without a gradient either way)
"""

norm_dot_product = (torch.dot(z_i, z_j) / (z_i.norm() * z_j.norm())).item()
