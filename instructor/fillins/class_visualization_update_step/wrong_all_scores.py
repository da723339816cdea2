"""The sum of all scores is climbed.

Caught by: test_class_visualization_step
Hint: Climb the score of target_y.
"""

objective = model(img).sum() - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
