"""The given line model.eval() is gone, so that a model in training mode stays in it.

Caught by: test_integrated_gradients_add_up
Hint: The gradients must not depend on chance or on the batch: put the given line back.
Without: model.eval()
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
