"""The weights of the model are moved on the way.

Caught by: test_integrated_gradients_leave_inputs_alone
Hint: Only the gradient for the image is needed; the model stays as it is.
"""

total = torch.zeros_like(X)
for k in range(steps):
    point = ((k + 0.5) / steps * X).requires_grad_()
    score = model(point).gather(1, y.view(-1, 1)).sum()
    total += torch.autograd.grad(score, point)[0]
attribution = X * total / steps
with torch.no_grad():
    for parameter in model.parameters():
        parameter *= 0.99
