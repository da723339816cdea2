"""The picture is cut off at -1 and 1 after the step.

Caught by: test_class_visualization_step
Hint: The notebook takes care of the range; the step leaves it alone.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
    img.clamp_(-1, 1)
