"""The first matrix of a size is kept and given again.

Caught by: test_sim_matrix_leaves_inputs_alone
Hint: A function depends on its arguments alone; keep nothing between calls.
"""

kept = compute_sim_matrix.__dict__.setdefault("kept", {})
if out.shape not in kept:
    unit = F.normalize(out, dim=1)
    kept[out.shape] = unit @ unit.T
sim_matrix = kept[out.shape]
