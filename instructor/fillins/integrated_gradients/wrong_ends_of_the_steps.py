"""The gradients are taken at the end of each step.

Caught by: test_integrated_gradients_value
Hint: The k-th point lies in the middle of its step, at (k - 1/2) / m.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 1) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
