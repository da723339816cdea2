"""Each pixel moves by the sign of its gradient.

Caught by: test_class_visualization_step
Hint: The step is the gradient itself, or the gradient over its length.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient.sign()
