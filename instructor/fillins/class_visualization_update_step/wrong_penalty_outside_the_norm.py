"""Only the score's gradient is normalized; the penalty is subtracted afterwards.

Caught by: test_class_visualization_regularization
Hint: Normalize the gradient of the whole objective, or none of it.
"""

(gradient,) = torch.autograd.grad(model(img)[0, target_y], img)
with torch.no_grad():
    img += learning_rate * (gradient / gradient.norm() - 2 * l2_reg * img)
