"""The penalty is left out.

Caught by: test_class_visualization_regularization
Hint: The objective is the score less l2_reg times the squared norm.
"""

(gradient,) = torch.autograd.grad(model(img)[0, target_y], img)
with torch.no_grad():
    img += learning_rate * gradient
