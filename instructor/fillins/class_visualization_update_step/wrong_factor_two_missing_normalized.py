"""The penalty's gradient is taken for λI instead of 2λI, in a normalized step.

Caught by: test_class_visualization_regularization
Hint: The derivative of a square has a factor 2.
"""

(gradient,) = torch.autograd.grad(model(img)[0, target_y], img)
gradient = gradient - l2_reg * img.detach()
with torch.no_grad():
    img += learning_rate * gradient / gradient.norm()
