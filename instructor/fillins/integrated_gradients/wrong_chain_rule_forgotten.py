"""The gradient is taken with respect to X through the scaled image, so that each is scaled again.

Caught by: test_integrated_gradients_value
Hint: The gradient is the one at the point, with respect to the point.
"""

total = torch.zeros_like(X)
for k in range(steps):
    leaf = X.clone().requires_grad_()
    score = model((k + 0.5) / steps * leaf).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, leaf)[0]
attribution = X * total / steps
