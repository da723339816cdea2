"""The maps of the first call are kept and given again.

Caught by: test_saliency_leaves_inputs_alone
Hint: A function depends on its arguments alone; keep nothing between calls.
"""

if not hasattr(compute_saliency_maps, "kept"):
    model(X).gather(1, y.view(-1, 1)).sum().backward()
    compute_saliency_maps.kept = X.grad.abs().max(dim=1).values
saliency = compute_saliency_maps.kept
