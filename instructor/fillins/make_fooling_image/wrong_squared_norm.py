"""The gradient is divided by its squared norm.

Caught by: test_fooling_steps
Hint: Dividing by ||g||^2 gives a step of length 1 / ||g||; divide by the norm itself.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / (gradient**2).sum()
