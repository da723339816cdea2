"""The gradient is clipped to a length of 100.

Caught by: test_class_visualization_step
Hint: How long is the step when the scores are steep?
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient * min(1.0, 100 / float(gradient.norm()))
