"""The step is the raw gradient, whose length depends on the network.

Caught by: test_fooling_steps
Hint: dX = learning_rate * g / ||g||: divide by the norm of the gradient.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient
