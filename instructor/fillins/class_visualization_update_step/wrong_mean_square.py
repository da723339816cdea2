"""The penalty is the mean of the squares instead of their sum.

Caught by: test_class_visualization_regularization
Hint: ||I||_2^2 is a sum over all pixels and channels.
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).mean()
(gradient,) = torch.autograd.grad(objective, img)
with torch.no_grad():
    img += learning_rate * gradient
