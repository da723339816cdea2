"""It gives up after ten steps, and far classes are not reached.

Caught by: test_fooling_stops_when_fooled
Hint: Most photos need fewer than 100 steps, but some need more than ten.
"""

for _ in range(10):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
