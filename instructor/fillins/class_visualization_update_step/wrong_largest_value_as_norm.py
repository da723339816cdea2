"""The gradient is divided by its largest magnitude.

Caught by: test_class_visualization_step
Hint: A normalized step divides by the L2 norm of the gradient.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient / gradient.abs().max()
