"""The notebook's weight of the penalty, 0.001, is written into the step.

Caught by: test_class_visualization_regularization
Hint: The weight of the squared norm is an argument: l2_reg.
"""

objective = model(img)[0, target_y] - 1e-3 * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
