"""The gradient is not set to zero; the normalized step hides it in its length, not in its direction.

Caught by: test_class_visualization_repeated_steps
Hint: backward() adds to img.grad; empty it before or after the step.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
objective.backward()
with torch.no_grad():
    img += learning_rate * img.grad / img.grad.norm()
