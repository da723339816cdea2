"""The probability of the class is followed instead of its score.

Caught by: test_integrated_gradients_value
Hint: Use the score before the softmax.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).softmax(dim=1).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
