"""The learning rate is 0.1 in place of 1, so that steps have length 0.1.

Caught by: test_fooling_steps
Hint: The given learning rate is the length of a step; leave it as it is.
"""

length = learning_rate / 10
for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad(scores[0, target_y], X_fooling)
    with torch.no_grad():
        X_fooling += length * gradient / gradient.norm()
