"""The mean gradient is not multiplied by the image.

Caught by: test_integrated_gradients_value
Hint: The attribution is the mean gradient times the way, and the way from input 0 is X.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = total / steps
