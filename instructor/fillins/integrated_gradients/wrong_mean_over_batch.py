"""The scores are averaged over the batch.

Caught by: test_integrated_gradients_batch_sizes
Hint: Images do not share scores: add them up, or take each on its own.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).mean()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
