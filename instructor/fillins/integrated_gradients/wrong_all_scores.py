"""The sum of all scores is followed.

Caught by: test_integrated_gradients_value
Hint: Pick the score of y for each image.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
