"""The learning rate is not used.

Caught by: test_class_visualization_step
Hint: Multiply the gradient by learning_rate.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += gradient / gradient.norm()
