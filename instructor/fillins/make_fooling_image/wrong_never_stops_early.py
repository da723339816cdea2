"""A fixed number of steps is taken, fooled or not.

Caught by: test_fooling_stops_when_fooled
Hint: Look at the prediction before every step, and stop when it is the target.
"""

for _ in range(100):
    scores = model(X_fooling)
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
