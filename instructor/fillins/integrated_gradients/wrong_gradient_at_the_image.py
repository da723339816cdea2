"""The gradient at the image alone is multiplied by the image.

Caught by: test_integrated_gradients_value
Hint: Gradient times input is another method: take the mean over the whole way.
"""

point = X.requires_grad_()
(gradient,) = torch.autograd.grad(model(point).gather(1, y.view(-1, 1)).sum(), point)
attribution = (X * gradient).detach()
