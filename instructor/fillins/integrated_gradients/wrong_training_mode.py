"""The model is put into training mode.

Caught by: test_integrated_gradients_value
Hint: Leave the model in evaluation mode.
"""

model.train()
total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
