"""Every step has half the length that is asked for.

Caught by: test_fooling_steps
Hint: dX = learning_rate * g / ||g||, and learning_rate is 1.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += 0.5 * learning_rate * gradient / gradient.norm()
