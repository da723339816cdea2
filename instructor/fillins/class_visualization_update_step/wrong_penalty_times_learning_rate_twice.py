"""The picture is decayed by the learning rate twice.

Caught by: test_class_visualization_regularization
Hint: One learning rate multiplies the gradient of the whole objective.
"""

(gradient,) = torch.autograd.grad(model(img)[0, target_y], img)
with torch.no_grad():
    img += learning_rate * (gradient - 2 * learning_rate * l2_reg * img)
