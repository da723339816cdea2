"""The penalty is the norm of the picture instead of its square.

Caught by: test_class_visualization_regularization
Hint: ||I||_2^2 is the sum of the squares, without a root.
"""

objective = model(img)[0, target_y] - l2_reg * torch.norm(img)
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
