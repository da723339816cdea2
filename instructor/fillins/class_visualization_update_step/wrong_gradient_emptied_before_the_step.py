"""The gradient is set to zero between backward and the step, so that the step has no length.

Caught by: test_class_visualization_step
Hint: Empty the gradient after it was used, or before backward.
Same as: wrong_rebound (both leave img as it was)
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
objective.backward()
img.grad.zero_()
with torch.no_grad():
    img += learning_rate * img.grad
