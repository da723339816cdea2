"""It goes on until the probability of the target is 0.99.

Caught by: test_fooling_stops_when_fooled
Hint: It stops as soon as the target class has the highest score.
"""

for _ in range(100):
    scores = model(X_fooling)
    if scores.softmax(dim=1)[0, target_y] > 0.99:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
