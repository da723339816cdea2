"""The score of the predicted class is followed.

Caught by: test_integrated_gradients_value
Hint: y names the class of each image.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).max(dim=1).values.sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
