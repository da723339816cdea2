"""It descends the objective.

Caught by: test_class_visualization_step
Hint: Ascent adds the gradient.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img -= learning_rate * gradient
