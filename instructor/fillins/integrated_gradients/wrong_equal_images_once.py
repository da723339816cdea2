"""An image that stands in the batch twice is counted once.

Caught by: test_integrated_gradients_value
Hint: Every row of the result belongs to the row of X at its place.
"""

counted = []
attribution = torch.zeros_like(X)
for n in range(X.shape[0]):
    if any(torch.equal(X[n], X[k]) for k in counted):
        continue
    counted.append(n)
    for k in range(steps):
        point = ((k + 0.5) / steps * X[n : n + 1]).requires_grad_()
        (gradient,) = torch.autograd.grad(model(point)[0, y[n]], point)
        attribution[n] += X[n] * gradient[0] / steps
