"""The way starts at an image of ones.

Caught by: test_integrated_gradients_value
Hint: The way starts at input 0, all zeros.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = (1 + (k + 0.5) / steps * (X - 1)).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = (X - 1) * total / steps
