"""The gradients are added up, not averaged.

Caught by: test_integrated_gradients_value
Hint: Divide by the number of steps.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total
