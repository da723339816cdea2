"""The step grows with the number of steps taken.

Caught by: test_fooling_steps
Hint: Every step has the same length, the learning rate.
"""

for k in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += (1 + 0.1 * k) * learning_rate * gradient / gradient.norm()
