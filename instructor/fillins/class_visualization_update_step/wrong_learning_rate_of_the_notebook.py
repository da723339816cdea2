"""The notebook's learning rate, 25, is written into the step.

Caught by: test_class_visualization_step
Hint: The length of the step is an argument: learning_rate.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += 25 * gradient
