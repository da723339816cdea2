"""The penalty is added to the score, so that the picture grows.

Caught by: test_class_visualization_regularization
Hint: The objective is score minus penalty.
"""

objective = model(img)[0, target_y] + l2_reg * (img**2).sum()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
